import type { JsonShape, Statement } from '#libs/database/queries';

/** What a controller returns: the question whose rows are the body, so that one place decides how a body is made. */
export class Answer {
  private constructor(
    /** Undefined: nothing can match, the answer is `[]`. */
    readonly statement: Statement | undefined,
    readonly shape: JsonShape,
  ) {}

  /** An array of objects, one per row. */
  static rows(statement: Statement): Answer {
    return new Answer(statement, 'rows');
  }

  /** An array of texts, the rows' column `name`. */
  static names(statement: Statement): Answer {
    return new Answer(statement, 'names');
  }

  static nothing(): Answer {
    return new Answer(undefined, 'rows');
  }
}
