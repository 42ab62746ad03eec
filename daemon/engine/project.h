/* project - which runs belong together: the git remote of the directory, else the path of its parent. */
#ifndef MLWATCH_PROJECT_H
#define MLWATCH_PROJECT_H

/* project_key - of a run's directory (or file). Reads .git/config of the nearest directory above that has one, runs nothing; user names
 * and passwords are taken out of URLs. Free it; NULL when memory ran out. */
char *project_key(const char *path);

#endif
