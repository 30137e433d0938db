-- Rollups by calendar month, for requests about a year of many users. They hold nothing of their own: what is deleted here
-- is read from the days instead, until the next run of the sync makes it again.

-- The months whose rollups hold what the days hold that are stored of them, from first_day to last_day. Whatever changes
-- user costs or usage of a day deletes the row of its month in the same transaction.
CREATE TABLE month_rollups (
  cluster   text COLLATE "C" NOT NULL,
  month     date NOT NULL,
  first_day date NOT NULL,
  last_day  date NOT NULL,
  PRIMARY KEY (cluster, month)
);

-- Sums of user_costs.
CREATE TABLE month_costs (
  cluster         text COLLATE "C" NOT NULL,
  month           date NOT NULL,
  hub             text COLLATE "C" NOT NULL,
  username        text COLLATE "C",
  component       text COLLATE "C" NOT NULL,
  instance_type   text COLLATE "C" NOT NULL,
  direct_usd      numeric NOT NULL,
  shared_usd      numeric NOT NULL,
  idle_usd        numeric NOT NULL,
  direct_idle_usd numeric NOT NULL,
  shares_idle     boolean NOT NULL,
  usergroups      text[] COLLATE "C",
  reason          text COLLATE "C"
);
CREATE INDEX month_costs_month ON month_costs (cluster, month);

-- Sums of user_usage over instance types. days: how many of its rows each sum has.
CREATE TABLE month_usage (
  cluster  text COLLATE "C" NOT NULL,
  month    date NOT NULL,
  hub      text COLLATE "C" NOT NULL,
  username text COLLATE "C" NOT NULL,
  measure  text COLLATE "C" NOT NULL,
  quantity numeric NOT NULL,
  days     integer NOT NULL
);
CREATE INDEX month_usage_month ON month_usage (cluster, month);
