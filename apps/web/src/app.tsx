import { useEffect } from 'preact/hooks';
import { SessionContext, signOut } from './access/session.js';
import { SignIn } from './access/sign-in.js';
import { fetchJson, SIGNED_OUT } from './api/client.js';
import type { Session } from './api/rows.js';
import { useLoad, type Load } from './api/use-load.js';
import { UpToLastCompleteDay } from './explore/complete-days.js';
import { ExplorePage } from './explore/explore.js';
import { OverviewPage } from './overview/overview.js';
import { Link } from './parts/link.js';
import { Loaded } from './parts/states.js';
import { FIRST_VIEW, useView, type View } from './view.js';
import { WhoPage } from './who/who.js';

/** Keeps the session of somebody who looks at the page. */
const SESSION_MS = 5 * 60_000;

export function App() {
  const view = useView();
  const session = useLoad('session', (signal) => fetchJson<Session>('session', {}, signal));
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && session.reload(), SESSION_MS);
    addEventListener(SIGNED_OUT, session.reload);
    return () => {
      clearInterval(timer);
      removeEventListener(SIGNED_OUT, session.reload);
    };
  });
  return (
    <>
      <a class="skip" href="#main">
        Skip to the figures
      </a>
      <Header view={view} session={session} />
      <main id="main" tabIndex={-1}>
        <Loaded load={session} height="tall">
          {(value) => (
            <SessionContext.Provider value={value}>
              <Banner session={value} />
              <Shown view={view} session={value} onSignedIn={session.reload} />
            </SessionContext.Provider>
          )}
        </Loaded>
      </main>
    </>
  );
}

function Header({ view, session }: { readonly view: View; readonly session: Load<Session> }) {
  const { value } = session;
  const leave = () => void signOut().finally(session.reload);
  return (
    <header>
      <h1>
        <Link to={FIRST_VIEW}>JupyterHub costs</Link>
      </h1>
      <nav aria-label="Pages">
        {(value?.sees === 'everything' || value?.sees === 'hubs') && (
          <>
            <Link to={FIRST_VIEW} current={view.page === 'overview'}>
              Overview
            </Link>
            <Link to={{ ...FIRST_VIEW, page: 'explore' }} current={view.page === 'explore'}>
              Explore
            </Link>
          </>
        )}
        <a href="docs">API</a>
      </nav>
      {value?.signedIn && (
        <p class="who no-print">
          <bdi>{value.user ?? (value.hubs ? `hub ${value.hubs.join(', ')}` : 'all costs')}</bdi>{' '}
          <button type="button" onClick={leave}>
            Sign out
          </button>
        </p>
      )}
    </header>
  );
}

interface ShownProps {
  readonly view: View;
  readonly session: Session;
  readonly onSignedIn: () => void;
}

function Shown({ view, session, onSignedIn }: ShownProps) {
  if (session.sees === 'nothing') return <SignIn session={session} onSignedIn={onSignedIn} />;
  if (session.sees === 'own') return <WhoPage view={ownView(view, session.user ?? '')} />;
  if (view.page === 'overview') return <OverviewPage />;
  return (
    <UpToLastCompleteDay>
      {view.page === 'explore' ? <ExplorePage view={view} /> : <WhoPage view={view} />}
    </UpToLastCompleteDay>
  );
}

/** A person has one page, whatever the URL says: the service would refuse anything else. */
function ownView(view: View, user: string): View {
  const by = view.by === 'hub' || view.by === 'usergroup' ? view.by : 'component';
  return {
    ...view,
    page: 'user',
    by: view.page === 'overview' ? 'component' : by,
    filters: { ...view.filters, user: [user] },
  };
}

function Banner({ session }: { readonly session: Session }) {
  if (session.access !== 'open') return null;
  return (
    <p class="banner" role="note">
      Open to all: who reaches this page sees all costs. <code>API_TOKENS_FILE</code> or <code>HUBS_FILE</code> closes
      it.
    </p>
  );
}
