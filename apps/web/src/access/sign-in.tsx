import { useState } from 'preact/hooks';
import { address } from '../api/client.js';
import type { Session } from '../api/rows.js';
import { signIn } from './session.js';

interface SignInProps {
  readonly session: Session;
  readonly onSignedIn: () => void;
}

/** What somebody sees who may see nothing yet. */
export function SignIn({ session: { signIn: ways }, onSignedIn }: SignInProps) {
  const failed = new URLSearchParams(location.search).get('login') === 'failed';
  return (
    <section class="card sign-in">
      <h2>Sign in to see costs</h2>
      {failed && (
        <p class="failed" role="alert">
          <strong>The login did not work.</strong> Try again. If it fails again, tell who runs this service.
        </p>
      )}
      {ways.hubs.map((hub) => (
        <p key={hub}>
          <a class="button" href={address('login', { hub, next: failed ? undefined : location.search })}>
            Log in with JupyterHub {hub}
          </a>
        </p>
      ))}
      {ways.hubs.length > 0 && <p class="faint">You see your own costs. Admins of the hub see all of it.</p>}
      {ways.token && <TokenForm onSignedIn={onSignedIn} />}
    </section>
  );
}

function TokenForm({ onSignedIn }: Pick<SignInProps, 'onSignedIn'>) {
  const [problem, setProblem] = useState('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get('token')).trim();
    if (token === '') return setProblem('Type a token.');
    signIn(token).then(onSignedIn, (error: Error) => setProblem(error.message));
  };
  return (
    <form onSubmit={submit}>
      <label>
        Token
        <input name="token" type="password" autocomplete="off" spellcheck={false} />
      </label>
      <button type="submit">Sign in</button>
      <p class="failed" role="alert">
        {problem}
      </p>
      <p class="faint">Who runs this service gives out tokens.</p>
    </form>
  );
}
