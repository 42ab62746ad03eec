/* wandb_facts - what a .wandb file says about its run beside the history: settings, program, versions, how it ended.
 *
 *   RunRecord          1 run_id 3 project 4 config 6 group 7 job_type 8 display_name 12 sweep_id 13 host 18 resumed 19 telemetry 21 git
 *   ConfigRecord       1 update* {1 key or 2 nested_key*, 16 value_json}                                SummaryRecord likewise
 *   EnvironmentRecord  1 os 2 python 4 docker 5 args* 6 program 9 git 12 host 16 cpu_count 18 gpu_type 19 gpu_count 24 gpu_nvidia* 25 cuda
 *   TelemetryRecord    1, 2 imports {bools} 4 python_version 5 cli_version 6 huggingface_version
 *   RunExitRecord      1 exit_code 3 not_complete
 * Source: wandb/wandb, wandb/proto/wandb_internal.proto, wandb_telemetry.proto. */
#ifndef MLWATCH_WANDB_FACTS_H
#define MLWATCH_WANDB_FACTS_H

#include "../proto.h"
#include "points.h"

enum { SUMMARY_MAX = 64, SUMMARY_TEXT_MAX_BYTES = 120 };

struct wandb_summary { /* zeroed: values that the program put there itself, the last one of each name */
    struct summary_value {
        const char *name; /* in the arena */
        uint32_t n;
        bool told;
        char text[SUMMARY_TEXT_MAX_BYTES];
    } * values; /* SUMMARY_MAX of them, in the arena; NULL until there is one */
    uint32_t n;
};

/* wandb_facts_run, _config, _environment, _telemetry - what a record of that kind says of the run, as facts: name and git commit; settings;
 * program, command line and hardware; versions of the framework. message: the bytes of the protobuf message. Cost: O(n). */
void wandb_facts_run(struct span message, const struct format_out *out);
void wandb_facts_config(struct span message, const struct format_out *out);
void wandb_facts_environment(struct span message, const struct format_out *out);
void wandb_facts_telemetry(struct span message, const struct format_out *out);
/* wandb_facts_exit - exit code 0 is the end of the run, 255 a person's Ctrl-C (wandb/sdk/wandb_run.py); any other one is a failure, told
 * unless `failed` says that the console told why. */
void wandb_facts_exit(struct span message, bool failed, uint64_t line, const struct format_out *out);
/* wandb_facts_summary - keep it: W&B writes it after every step, mostly with what the history says. */
void wandb_facts_summary(struct wandb_summary *s, struct span message, const struct format_out *out);
/* wandb_facts_summary_end - tell what is news and no series, as summary/NAME. */
void wandb_facts_summary_end(struct wandb_summary *s, const struct record *history, const struct format_out *out);

#endif
