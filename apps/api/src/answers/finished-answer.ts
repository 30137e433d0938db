import { chooseCoding, compress, type Coding } from './content-coding.js';

/** One form of an answer, ready to be sent. */
export interface AnswerForm {
  readonly body: Buffer;
  /** A strong validator: other bytes have another one, and so has each coding. */
  readonly etag: string;
  readonly coding: Coding;
  readonly contentType: string;
}

/** The whole body of an answer, with its compressed forms as they are asked for; each is made once. */
export class FinishedAnswer {
  readonly #forms = new Map<Coding, AnswerForm>();
  readonly #making = new Map<Coding, Promise<AnswerForm>>();
  readonly #tag: string;

  /** @param digest of the body. */
  constructor(
    private readonly body: Buffer,
    digest: string,
    private readonly contentType: string,
  ) {
    this.#tag = digest;
    this.#forms.set('identity', this.#form(body, 'identity'));
  }

  /** Bytes of all forms that were made so far. */
  get bytes(): number {
    let bytes = 0;
    for (const { body } of this.#forms.values()) bytes += body.length;
    return bytes;
  }

  /** The form to send to whoever accepts these codings: at once if it was made before. */
  formFor(acceptEncoding: string | undefined): AnswerForm | Promise<AnswerForm> {
    const coding = chooseCoding(acceptEncoding, this.body.length);
    const made = this.#forms.get(coding);
    if (made || coding === 'identity') return made!;
    let making = this.#making.get(coding);
    if (!making) {
      making = this.#compressed(coding).finally(() => this.#making.delete(coding));
      this.#making.set(coding, making);
    }
    return making;
  }

  async #compressed(coding: Exclude<Coding, 'identity'>): Promise<AnswerForm> {
    const form = this.#form(await compress(this.body, coding), coding);
    this.#forms.set(coding, form);
    return form;
  }

  #form(body: Buffer, coding: Coding): AnswerForm {
    const etag = coding === 'identity' ? `"${this.#tag}"` : `"${this.#tag}-${coding}"`;
    return { body, coding, etag, contentType: this.contentType };
  }
}

/** Whether a client that sends this If-None-Match has the form already (RFC 9110, section 13.1.2: weak comparison). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((known) => {
    const tag = known.trim();
    return tag === '*' || tag === etag || tag === `W/${etag}`;
  });
}
