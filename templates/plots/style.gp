# How plots look: what a person may want to change without building. Data, ranges and labels follow from the program.
# Colours: Okabe and Ito, told apart with every common form of colour blindness. Findings own red and amber; curves use neither.
set encoding utf8
set border 3 linewidth 0.8 linecolor rgb "#8c959f"
set tics nomirror out scale 0.4 textcolor rgb "#57606a"
set style line 1 linecolor rgb "#0072b2" linewidth 1.8
set style line 2 linecolor rgb "#009e73" linewidth 1.8
set style line 3 linecolor rgb "#8b4a9c" linewidth 1.8
set style line 4 linecolor rgb "#4d4d4d" linewidth 1.8
set style line 8 linecolor rgb "#e4e8ec" linewidth 0.7
set grid ytics xtics back linestyle 8
unset key
