import type { Session } from './api/rows.js';
import { fetchJson } from './api/client.js';
import { useLoad } from './api/use-load.js';
import { ExplorePage } from './explore/explore.js';
import { OverviewPage } from './overview/overview.js';
import { Link } from './parts/link.js';
import { Loaded } from './parts/states.js';
import { WhoPage } from './who/who.js';
import { FIRST_VIEW, useView, type View } from './view.js';

export function App() {
  const view = useView();
  const session = useLoad('session', (signal) => fetchJson<Session>('session', {}, signal));
  return (
    <>
      <a class="skip" href="#main">
        Skip to the figures
      </a>
      <header>
        <h1>
          <Link to={FIRST_VIEW}>JupyterHub costs</Link>
        </h1>
        <nav aria-label="Pages">
          <Link to={FIRST_VIEW} current={view.page === 'overview'}>
            Overview
          </Link>
          <Link to={{ ...FIRST_VIEW, page: 'explore' }} current={view.page === 'explore'}>
            Explore
          </Link>
          <a href="docs">API</a>
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <Loaded load={session} height="tall">
          {(value) => (
            <>
              <Banner session={value} />
              <Shown view={view} session={value} />
            </>
          )}
        </Loaded>
      </main>
    </>
  );
}

function Shown({ view, session }: { readonly view: View; readonly session: Session }) {
  if (view.page === 'overview') return <OverviewPage />;
  if (view.page !== 'explore') return <WhoPage view={view} session={session} />;
  return <ExplorePage view={view} />;
}

function Banner({ session }: { readonly session: Session }) {
  if (session.access !== 'open') return null;
  return (
    <p class="banner" role="note">
      Open to all: who reaches this page sees all costs. <code>API_TOKENS_FILE</code> closes it.
    </p>
  );
}
