-- The facts. One row per thing and day; every key begins with (cluster, day), so that a statement about one cluster over
-- a range of days finds its rows by the key, and Citus can distribute every fact table by cluster.
--
-- Amounts are numeric(20,10): the decimal strings of Cost Explorer, exact. Names collate as bytes: keys compare fast, sort
-- alike on every server, and stay valid after an upgrade of the system's locales.
-- `run_id` is the run that last wrote the day. It is no foreign key: a distributed table cannot reference a local one.

-- One row a run: one pass of the sync over one source.
CREATE TABLE sync_runs (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cluster      text COLLATE "C" NOT NULL,
  source       text NOT NULL CONSTRAINT sync_runs_source CHECK (source IN ('cost-explorer', 'prometheus', 'allocation')),
  trigger      text NOT NULL
               CONSTRAINT sync_runs_trigger CHECK (trigger IN ('schedule', 'startup', 'once', 'backfill', 'forget')),
  window_from  date,
  window_until date,
  status       text NOT NULL DEFAULT 'running'
               CONSTRAINT sync_runs_status CHECK (status IN ('running', 'succeeded', 'failed')),
  requests     integer NOT NULL DEFAULT 0,
  days_changed integer NOT NULL DEFAULT 0,
  rows_written bigint NOT NULL DEFAULT 0,
  error        text,
  started_at   timestamptz NOT NULL DEFAULT now(),
  finished_at  timestamptz,
  CONSTRAINT sync_runs_finished CHECK ((status = 'running') = (finished_at IS NULL)),
  CONSTRAINT sync_runs_failed CHECK ((status = 'failed') = (error IS NOT NULL))
);
CREATE INDEX sync_runs_latest ON sync_runs (cluster, source, started_at);
-- The data version of a cluster is the newest of these rows; the API reads it once a second.
CREATE INDEX sync_runs_changed ON sync_runs (cluster, id) WHERE days_changed > 0;

-- One row a cluster. The sync holds it FOR UPDATE on a connection of its own while it works.
CREATE TABLE sync_locks (
  cluster text COLLATE "C" PRIMARY KEY,
  holder  text,
  since   timestamptz
);

-- What Cost Explorer says of a day as a whole, and what the day's figures were made with. `digest` is that of the day's
-- attributed costs; `attribution` that of the attribution config; `policy` the allocation policy. `is_running`: the day had
-- not ended when it was read, so what it grows by is no restatement.
CREATE TABLE cost_days (
  cluster     text COLLATE "C" NOT NULL,
  day         date NOT NULL,
  account_usd numeric(20,10) NOT NULL,
  cluster_usd numeric(20,10) NOT NULL,
  estimated   boolean NOT NULL,
  basis       text NOT NULL
              CONSTRAINT cost_days_basis CHECK (basis IN ('amortized', 'unblended', 'net_amortized', 'net_unblended')),
  attribution text NOT NULL,
  policy      text NOT NULL,
  digest      text NOT NULL,
  run_id      bigint NOT NULL,
  is_running  boolean NOT NULL DEFAULT false,
  PRIMARY KEY (cluster, day)
);

-- A partition of the cluster cost of the day: the amounts add up to cost_days.cluster_usd.
-- instance_type is '' where Cost Explorer was not asked for it.
CREATE TABLE attributed_costs (
  cluster       text COLLATE "C" NOT NULL,
  day           date NOT NULL,
  hub           text COLLATE "C" NOT NULL,
  service       text COLLATE "C" NOT NULL,
  component     text COLLATE "C" NOT NULL,
  instance_type text COLLATE "C" NOT NULL DEFAULT '',
  amount_usd    numeric(20,10) NOT NULL,
  PRIMARY KEY (cluster, day, hub, service, component, instance_type),
  FOREIGN KEY (cluster, day) REFERENCES cost_days (cluster, day)
);

CREATE TABLE cost_restatements (
  cluster    text COLLATE "C" NOT NULL,
  day        date NOT NULL,
  hub        text COLLATE "C" NOT NULL,
  service    text COLLATE "C" NOT NULL,
  component  text COLLATE "C" NOT NULL,
  before_usd numeric(20,10),
  after_usd  numeric(20,10),
  reason     text NOT NULL
             CONSTRAINT cost_restatements_reason CHECK (reason IN ('restated', 'cost basis', 'attribution')),
  run_id     bigint NOT NULL,
  seen_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (cluster, day, hub, service, component, seen_at),
  CONSTRAINT cost_restatements_differ CHECK (before_usd IS DISTINCT FROM after_usd)
);
CREATE INDEX cost_restatements_seen ON cost_restatements (cluster, seen_at);

-- What was read of a dataset on a day. hub '' stands for all hubs at once. `digest` is that of the rows that were read.
CREATE TABLE usage_days (
  cluster  text COLLATE "C" NOT NULL,
  day      date NOT NULL,
  dataset  text COLLATE "C" NOT NULL,
  hub      text COLLATE "C" NOT NULL,
  status   text NOT NULL CONSTRAINT usage_days_status CHECK (status IN ('provisional', 'final', 'missing')),
  coverage numeric(5,4) NOT NULL CONSTRAINT usage_days_coverage CHECK (coverage BETWEEN 0 AND 1),
  detail   text,
  read_at  timestamptz NOT NULL,
  method   text NOT NULL,
  digest   text NOT NULL,
  run_id   bigint NOT NULL,
  PRIMARY KEY (cluster, day, dataset, hub),
  CONSTRAINT usage_days_detail CHECK ((status = 'missing') = (detail IS NOT NULL))
);

-- quantity is in the unit of the measure, to a thousandth.
CREATE TABLE user_usage (
  cluster       text COLLATE "C" NOT NULL,
  day           date NOT NULL,
  hub           text COLLATE "C" NOT NULL,
  username      text COLLATE "C" NOT NULL,
  measure       text COLLATE "C" NOT NULL,
  instance_type text COLLATE "C" NOT NULL DEFAULT '',
  quantity      numeric(30,3) NOT NULL CONSTRAINT user_usage_quantity CHECK (quantity > 0),
  PRIMARY KEY (cluster, day, measure, hub, username, instance_type)
);

-- usergroup NULL: known to the hub that day, and in no group.
CREATE TABLE group_memberships (
  cluster          text COLLATE "C" NOT NULL,
  day              date NOT NULL,
  hub              text COLLATE "C" NOT NULL,
  username         text COLLATE "C" NOT NULL,
  usergroup        text COLLATE "C",
  username_escaped text COLLATE "C" NOT NULL,
  UNIQUE NULLS NOT DISTINCT (cluster, day, hub, username, usergroup)
);

-- What the nodes of an instance type had to offer on the day, core nodes left out; read with the dataset compute.
CREATE TABLE node_capacity (
  cluster       text COLLATE "C" NOT NULL,
  day           date NOT NULL,
  instance_type text COLLATE "C" NOT NULL,
  node_seconds  numeric(30,3) NOT NULL CONSTRAINT node_capacity_node_seconds CHECK (node_seconds > 0),
  PRIMARY KEY (cluster, day, instance_type)
);

-- A row without a username is unallocated cost, with its reason. Per cluster and day, direct_usd + shared_usd add up to
-- the attributed costs, by component too. idle_usd is the part of them that pays for idle capacity, direct_idle_usd the
-- part of that in direct_usd; rows with reason idle have the opposite, so that over all rows idle_usd adds up to 0.
-- shares_idle: whether idle capacity is shown with the users (the deployment's IDLE).
-- usergroups: the person's groups of the day in order, {none} or {unknown}.
CREATE TABLE user_costs (
  cluster         text COLLATE "C" NOT NULL,
  day             date NOT NULL,
  hub             text COLLATE "C" NOT NULL,
  username        text COLLATE "C",
  component       text COLLATE "C" NOT NULL,
  instance_type   text COLLATE "C" NOT NULL DEFAULT '',
  direct_usd      numeric(20,10) NOT NULL,
  shared_usd      numeric(20,10) NOT NULL,
  idle_usd        numeric(20,10) NOT NULL DEFAULT 0,
  direct_idle_usd numeric(20,10) NOT NULL DEFAULT 0,
  shares_idle     boolean NOT NULL DEFAULT true,
  usergroups      text[] COLLATE "C",
  reason          text COLLATE "C"
                  CONSTRAINT user_costs_reason
                  CHECK (reason IN ('idle', 'no usage', 'usage not read', 'anonymous hub', 'not allocated')),
  UNIQUE NULLS NOT DISTINCT (cluster, day, hub, component, username, instance_type, reason),
  CONSTRAINT user_costs_unallocated CHECK ((username IS NULL) = (reason IS NOT NULL)),
  CONSTRAINT user_costs_usergroups CHECK ((username IS NULL) = (usergroups IS NULL))
);

-- The rollup of user_costs by day: by set of groups instead of by person. usergroups NULL: unallocated cost.
CREATE TABLE day_costs (
  cluster         text COLLATE "C" NOT NULL,
  day             date NOT NULL,
  hub             text COLLATE "C" NOT NULL,
  component       text COLLATE "C" NOT NULL,
  instance_type   text COLLATE "C" NOT NULL DEFAULT '',
  usergroups      text[] COLLATE "C",
  reason          text COLLATE "C",
  direct_usd      numeric(20,10) NOT NULL,
  shared_usd      numeric(20,10) NOT NULL,
  idle_usd        numeric(20,10) NOT NULL DEFAULT 0,
  direct_idle_usd numeric(20,10) NOT NULL DEFAULT 0,
  shares_idle     boolean NOT NULL DEFAULT true,
  UNIQUE NULLS NOT DISTINCT (cluster, day, hub, component, instance_type, usergroups, reason),
  CONSTRAINT day_costs_unallocated CHECK ((usergroups IS NULL) = (reason IS NOT NULL))
);
