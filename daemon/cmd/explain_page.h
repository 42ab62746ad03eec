/* explain_page - an explanation as text, printed piece by piece: the run and its verdict, a table of what it rests on, then the sentences as
 * they are told. The table is there before a language model is asked, and is the same whatever it says. */
#ifndef MLWATCH_EXPLAIN_PAGE_H
#define MLWATCH_EXPLAIN_PAGE_H

#include "../engine/explanation/reword.h"
#include "../report/page.h"

struct explain_page {
    const struct explanation *e;
    const struct view *view; /* or NULL */
    struct str out;          /* what is not printed yet */
    struct page page;
    const char *section; /* whose heading was printed last */
    int code;            /* of the first failed print */
};

/* explain_page_begin - prints the head and the table. explain_page_end - who worded it, where somebody did; returns the exit code. */
void explain_page_begin(struct explain_page *p, const struct explanation *e, const struct view *v);
int explain_page_end(struct explain_page *p, const struct reworded *r);
/* explain_page_say - a teller's say; arg is the page. The sentence is on the terminal when it returns. */
void explain_page_say(void *page, const struct sentence *s, bool worded);

/* explain_trouble - the sentence for stderr when a model was asked and did not word all of it; false when there is nothing to say. */
bool explain_trouble(const struct reworded *r, struct str *out);

#endif
