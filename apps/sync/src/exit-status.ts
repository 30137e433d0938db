export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** EX_TEMPFAIL of sysexits.h: nothing is wrong, another process is at work; try again later. */
export const EXIT_LOCKED = 75;
