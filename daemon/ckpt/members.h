/* members - one member of an archive, looked at as what its bytes are. */
#ifndef MLWATCH_MEMBERS_H
#define MLWATCH_MEMBERS_H

#include "zip.h"

/* members_look - judge it if it begins like a pickle; read it in place if it is stored and a reader knows it; text is inert; of anything else it is said
 * that it was not looked at. Its checksum is compared.
 *   outer      the archive's file
 *   looked_at  counts members that are a checkpoint or a part of one; may be NULL
 * Errors  E_IO, E_MEMORY; what a limit stopped is said to be unverified */
enum status members_look(const struct ckpt_file *outer, struct zip *z, const struct zip_entry *e, size_t *looked_at,
                         struct err *err);

#endif
