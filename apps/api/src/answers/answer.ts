import type { Statement } from '#libs/database/queries';

/** In what an answer is written; a fault is JSON in any case. */
export type AnswerFormat = 'json' | 'csv';

/** What a controller returns: the question whose rows are the body, so that one place decides how a body is made. */
export class Answer {
  private constructor(
    /** Undefined: nothing can match, the answer has no rows. */
    readonly statement: Statement | undefined,
    /** As JSON, an array of objects, one per row, or of texts, the rows' column `name`. */
    readonly elements: 'rows' | 'names',
    readonly format: AnswerFormat,
  ) {}

  static rows(statement: Statement, format: AnswerFormat): Answer {
    return new Answer(statement, 'rows', format);
  }

  static names(statement: Statement, format: AnswerFormat): Answer {
    return new Answer(statement, 'names', format);
  }

  static nothing(format: AnswerFormat): Answer {
    return new Answer(undefined, 'rows', format);
  }
}
