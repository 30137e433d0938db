import { Fragment, type ComponentChildren } from 'preact';
import { useSession } from '../access/session.js';
import { useLoad } from '../api/use-load.js';
import { useWindow } from '../explore/complete-days.js';
import { Controls } from '../explore/controls.js';
import { Chips, onlyFilter } from '../explore/filters.js';
import { CostsCard, EXPLORE } from '../explore/explore.js';
import { Amount } from '../parts/amount.js';
import { Link } from '../parts/link.js';
import { Empty, Loaded } from '../parts/states.js';
import { DIMENSIONS, FIRST_VIEW, type View } from '../view.js';
import { loadFacts, type Facts } from './load-facts.js';

interface WhoProps {
  readonly view: View;
}

/** A person's page, or a group's: the one whom the filter names. */
export function WhoPage({ view }: WhoProps) {
  const session = useSession();
  const kind = view.page === 'user' ? 'user' : 'usergroup';
  const [name] = view.filters[kind] ?? [];
  const window = useWindow(view.range);
  const ranked = session.sees === 'everything' || session.sees === 'hubs';
  const { [kind]: _, ...others } = view.filters;
  const load = useLoad(JSON.stringify([kind, name, window, others]), (signal) =>
    loadFacts(kind, name ?? '', window, others, ranked, signal),
  );
  if (name === undefined) {
    return (
      <Empty title="Nobody is picked">
        <Link to={{ ...EXPLORE, by: kind }}>Pick somebody from the explorer.</Link>
      </Empty>
    );
  }
  return (
    <>
      <section class="card">
        <h2 class="name">{name}</h2>
        <Loaded load={load}>{(facts) => <FactList facts={facts} view={view} kind={kind} linked={ranked} />}</Loaded>
        {kind === 'usergroup' && (
          <p class="faint">Members’ usage counts all their days in the range, in other groups too.</p>
        )}
        <div class="no-print">
          <Controls
            view={view}
            dimensions={kind === 'user' ? ['component', 'hub', 'usergroup'] : ['user', 'component', 'hub']}
          />
          <div class="filters">
            <Chips view={view} dimensions={DIMENSIONS.filter((name) => name !== kind)} />
          </div>
        </div>
      </section>
      <CostsCard view={onlyFilter(view, kind, name)} />
    </>
  );
}

interface FactListProps {
  readonly facts: Facts;
  readonly view: View;
  readonly kind: 'user' | 'usergroup';
  /** Whether there is a page of each group to go to. */
  readonly linked: boolean;
}

function FactList({ facts, view, kind, linked }: FactListProps) {
  const groupPage = (group: string): View => ({
    ...FIRST_VIEW,
    page: 'group',
    range: view.range,
    by: 'user',
    filters: { usergroup: [group] },
  });
  return (
    <dl class="facts">
      <Fact name={facts.hubs.length === 1 ? 'Hub' : 'Hubs'}>{facts.hubs.join(', ') || 'none in this range'}</Fact>
      {kind === 'user' ? (
        <Fact name="Groups">
          {facts.groups.length === 0 && '–'}
          {facts.groups.map((group, index) => (
            <Fragment key={group}>
              {index > 0 && ', '}
              {linked ? <Link to={groupPage(group)}>{group}</Link> : group}
            </Fragment>
          ))}
        </Fact>
      ) : (
        <Fact name="Members with a cost">{facts.members.toLocaleString('en-US')}</Fact>
      )}
      <Fact name="Direct">
        <Amount usd={facts.direct} />
      </Fact>
      <Fact name="Shared">
        <Amount usd={facts.shared} />
      </Fact>
      {facts.usage.map(({ measure, hours, unit }) => (
        <Fact key={measure} name={`${kind === 'user' ? 'Usage' : 'Members’ usage'}, ${measure}`}>
          {hours.toLocaleString('en-US', { maximumFractionDigits: 1 })} {unit}
        </Fact>
      ))}
      {facts.rank && (
        <Fact name="Rank by cost">
          {facts.rank.place} of {facts.rank.of.toLocaleString('en-US')}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
