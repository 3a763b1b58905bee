Ý
"serve[
;
inPlaceholder*
dtype0*
shape:

outReluin*
T0"*u
serving_defaultb
 
in
in:0"
out
out:0tensorflow/serving/predict