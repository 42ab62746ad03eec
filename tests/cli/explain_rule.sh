# Several rules may tell one kind of finding: who explains names the one that did, and leaves names as they are written.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1

mkdir stuck
echo "epoch,train_loss,val_loss,val_acc" >stuck/log.csv
printf '%s,0.6942\n' 1,0.6956,0.6162 2,0.6265,0.6140 3,0.6095,0.6145 4,0.6086,0.6158 5,0.6112,0.6157 >>stuck/log.csv
said=$("$MLWATCH" explain stuck --no-llm | tr -s "\n " " ") # one line: the words wrap where they like
expect "the rule that found it" 'The rule score_stuck found it: a held-out score never gets better' "$said"
expect "a name in the middle of a sentence" 'The risk: ReLU units' "$said"
