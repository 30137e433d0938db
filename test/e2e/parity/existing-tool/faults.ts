/**
 * Faults that move figures, each numbered as in docs/differences.md. A comparison names those that it takes out; what
 * is left must agree to the last digit that the existing tool gives.
 */
export type Fault =
  /** 9: a pod that waits for a node counts as if it had one. */
  | 'waiting pods count'
  /** 10: a volume that is home storage and core is taken from compute twice, and is in both. */
  | 'home storage is core too'
  /** 10: a component is rounded to cents before each subtraction and after it. */
  | 'rounds at every step'
  /** 19: whatever carries a hub tag or a node tag is taken for this cluster's. */
  | 'counts other clusters';
