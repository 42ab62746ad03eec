/* unused - what libhdf5.a asks for and the worker never uses: its driver for files in Amazon S3 (libcurl, libcrypto) and its szip filter
 * (libsz), which h5_describe unpacks nothing with. Linked as a shared library, libhdf5 brings those and 30 libraries behind them, 7 ms of every
 * start; here each of them fails. */
#ifdef MLWATCH_HDF5_ARCHIVE

#define FAILS(name)                                                                                                              \
    void *name(void);                                                                                                            \
    void *name(void) { return (void *)0; }
#define FAILS_WITH(name, code)                                                                                                   \
    int name(void);                                                                                                              \
    int name(void) { return code; }
enum { CURLE_FAILED_INIT = 2, SZ_PARAM_ERROR = -4 };

FAILS(curl_easy_init)
FAILS(curl_easy_cleanup)
FAILS(curl_slist_append)
FAILS(curl_slist_free_all)
FAILS(curl_global_cleanup)
FAILS_WITH(curl_global_init, CURLE_FAILED_INIT)
FAILS_WITH(curl_easy_setopt, CURLE_FAILED_INIT)
FAILS_WITH(curl_easy_perform, CURLE_FAILED_INIT)
FAILS(EVP_sha256)
FAILS(HMAC)
FAILS(SHA256)
FAILS_WITH(SZ_encoder_enabled, 0)
FAILS_WITH(SZ_BufftoBuffCompress, SZ_PARAM_ERROR)
FAILS_WITH(SZ_BufftoBuffDecompress, SZ_PARAM_ERROR)

#else
typedef int hdf5_is_shared; /* a file must hold something */
#endif
