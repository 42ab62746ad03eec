/* jinja - does a chat template do more than lay out messages?
 *
 * A template is a program: an unsandboxed Jinja lets it climb from any value to its class, from there to every class that is loaded, and to
 * os.system (CVE-2024-34359, llama-cpp-python). What a chat needs is loops, conditions and string methods; none of them has two underscores. */
#ifndef MLWATCH_JINJA_H
#define MLWATCH_JINJA_H

#include "ckpt.h"

/* jinja_judge - suspicious or malicious is said with the names; nothing is when the template only lays out.
 *   where  what the template is, for the sentence: "its chat template" */
void jinja_judge(struct span text, const char *where, const struct ckpt_sink *out);

#endif
