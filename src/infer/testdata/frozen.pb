
;
inPlaceholder*
dtype0*
shape:

outReluin*
T0"