import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  /** Files in PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** Makes certificates with openssl in a folder. */
export class Authority {
  readonly #files: Certificate;

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {
    this.#files = this.#filesOf(name);
    const { certificate, key } = this.#files;
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-days',
      '30',
      '-keyout',
      key,
      '-out',
      certificate,
    );
  }

  /** What `sslrootcert` names. */
  get file(): string {
    return this.#files.certificate;
  }

  /** @param alternative as in subjectAltName: `IP:127.0.0.1`, `DNS:db.example.org`. */
  issue(name: string, alternative: string, { isExpired = false } = {}): Certificate {
    const files = this.#filesOf(`${this.name}-${name}`);
    const request = join(this.folder, `${name}.csr`);
    const extensions = join(this.folder, `${name}.ext`);
    writeFileSync(extensions, `subjectAltName=${alternative}\n`);
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-keyout', files.key, '-out', request);
    const days = isExpired ? ['-days', '-1'] : ['-days', '30'];
    const { certificate, key } = this.#files;
    const by = ['-CA', certificate, '-CAkey', key, '-CAcreateserial'];
    openssl('x509', '-req', '-in', request, ...by, ...days, '-extfile', extensions, '-out', files.certificate);
    return files;
  }

  #filesOf(name: string): Certificate {
    return { certificate: join(this.folder, `${name}.pem`), key: join(this.folder, `${name}.key`) };
  }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
