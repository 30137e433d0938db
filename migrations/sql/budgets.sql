-- What the sync derives for budgets after each run: from stored figures alone, so it can be derived again. Only
-- budget_events, and what anomalies say of their alert, are facts of their own: what was said to whom is not said again.

-- A budget of BUDGETS_FILE in one of its periods, as of the day settled_to. Cost is of the cluster, a hub, a group or a
-- user, as kind says. spent_usd includes spent_before_usd, which is no stored cost. NULL: unknown, and reason says why.
CREATE TABLE budgets (
  cluster           text COLLATE "C" NOT NULL,
  name              text COLLATE "C" NOT NULL,
  period_from       date NOT NULL,
  period_until      date NOT NULL,
  per               text NOT NULL CONSTRAINT budgets_per CHECK (per IN ('month', 'quarter', 'year', 'once')),
  kind              text NOT NULL CONSTRAINT budgets_kind CHECK (kind IN ('cluster', 'hub', 'group', 'user')),
  hub               text COLLATE "C",
  usergroup         text COLLATE "C",
  username          text COLLATE "C",
  basis             text NOT NULL CONSTRAINT budgets_basis CHECK (basis IN ('tagged', 'allocated', 'split')),
  amount_usd        numeric(20,10) NOT NULL,
  spent_before_usd  numeric(20,10) NOT NULL,
  settled_to       date,
  spent_usd         numeric(20,10),
  missing_days      integer NOT NULL,
  reason            text,
  forecast_usd      numeric(20,10),
  forecast_low_usd  numeric(20,10),
  forecast_high_usd numeric(20,10),
  forecast_reason   text,
  run_out_on        date,
  thresholds        jsonb NOT NULL,
  PRIMARY KEY (cluster, name, period_from),
  CONSTRAINT budgets_period CHECK (period_from < period_until),
  CONSTRAINT budgets_spent CHECK ((spent_usd IS NULL) = (reason IS NOT NULL)),
  CONSTRAINT budgets_forecast CHECK ((forecast_usd IS NULL) = (forecast_reason IS NOT NULL))
);

-- A threshold that a budget passed, or came under again. alert: whether the webhook was told. 'none': nobody is to be told.
CREATE TABLE budget_events (
  cluster       text COLLATE "C" NOT NULL,
  budget        text COLLATE "C" NOT NULL,
  period_from   date NOT NULL,
  measured      text NOT NULL CONSTRAINT budget_events_measured CHECK (measured IN ('actual', 'forecast')),
  threshold     text COLLATE "C" NOT NULL,
  occurrence    integer NOT NULL,
  event         text NOT NULL CONSTRAINT budget_events_event CHECK (event IN ('passed', 'under')),
  threshold_usd numeric(20,10) NOT NULL,
  measured_usd  numeric(20,10) NOT NULL,
  day           date NOT NULL,
  seen_at       timestamptz NOT NULL DEFAULT now(),
  alert         text NOT NULL CONSTRAINT budget_events_alert CHECK (alert IN ('pending', 'sent', 'none')),
  attempts      integer NOT NULL DEFAULT 0,
  sent_at       timestamptz,
  PRIMARY KEY (cluster, budget, period_from, measured, threshold, occurrence),
  CONSTRAINT budget_events_sent CHECK ((alert = 'sent') = (sent_at IS NOT NULL))
);

-- Cost of a calendar month: of the settled days, and what is expected at its end. name is '' for the cluster.
CREATE TABLE forecasts (
  cluster      text COLLATE "C" NOT NULL,
  month        date NOT NULL,
  kind         text NOT NULL CONSTRAINT forecasts_kind CHECK (kind IN ('cluster', 'hub', 'group', 'component')),
  name         text COLLATE "C" NOT NULL,
  settled_to  date,
  spent_usd    numeric(20,10),
  forecast_usd numeric(20,10),
  low_usd      numeric(20,10),
  high_usd     numeric(20,10),
  reason       text,
  PRIMARY KEY (cluster, month, kind, name),
  CONSTRAINT forecasts_known CHECK ((forecast_usd IS NULL) = (reason IS NOT NULL))
);

-- A settled day that cost far more than usual: of a component of a hub, or of a user (then component is NULL).
CREATE TABLE anomalies (
  cluster    text COLLATE "C" NOT NULL,
  day        date NOT NULL,
  hub        text COLLATE "C" NOT NULL,
  component  text COLLATE "C",
  username   text COLLATE "C",
  amount_usd numeric(20,10) NOT NULL,
  usual_usd  numeric(20,10) NOT NULL,
  most_usd   numeric(20,10) NOT NULL,
  seen_at    timestamptz NOT NULL DEFAULT now(),
  alert      text NOT NULL CONSTRAINT anomalies_alert CHECK (alert IN ('pending', 'sent', 'none')),
  attempts   integer NOT NULL DEFAULT 0,
  sent_at    timestamptz,
  UNIQUE NULLS NOT DISTINCT (cluster, day, hub, component, username),
  CONSTRAINT anomalies_of CHECK ((component IS NULL) <> (username IS NULL)),
  CONSTRAINT anomalies_sent CHECK ((alert = 'sent') = (sent_at IS NOT NULL))
);
