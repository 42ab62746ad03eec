/* sanitized - is this AddressSanitizer's build? gcc says so by a macro, clang by a feature. */
#ifndef MLWATCH_SANITIZED_H
#define MLWATCH_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

#endif
