-- Months that are closed: what AWS changes later is beside the frozen figures, not in them.

-- One row a version. Version 1 is the month as it was closed; a later one adds what AWS restated until then. `revision`: the
-- last of closed_costs that the version holds. `cluster_usd`: what AWS said at that time, read from cost_days, not from
-- closed_costs. `policies` and `bases`: what the days were made with, most days first.
CREATE TABLE closed_months (
  cluster     text COLLATE "C" NOT NULL,
  month       date NOT NULL CONSTRAINT closed_months_month CHECK (extract(day FROM month) = 1),
  version     integer NOT NULL CONSTRAINT closed_months_version CHECK (version > 0),
  revision    integer NOT NULL,
  cluster_usd numeric(20,10) NOT NULL,
  first_day   date NOT NULL,
  bases       text[] NOT NULL,
  policies    text[] NOT NULL,
  closed_at   timestamptz NOT NULL DEFAULT now(),
  run_id      bigint NOT NULL,
  PRIMARY KEY (cluster, month, version)
);

-- A charge (day, tagged_hub, service, component, instance_type) as far as one user bears it, or nobody for a reason.
-- Revision 0 is the month as it was closed; each later revision holds the differences of one recording, which the statement
-- of `billed_month` shows. `is_shared`: the cost came to the user from the cluster, not from their hub's tag.
CREATE TABLE closed_costs (
  cluster       text COLLATE "C" NOT NULL,
  day           date NOT NULL,
  revision      integer NOT NULL,
  billed_month  date NOT NULL,
  tagged_hub    text COLLATE "C" NOT NULL,
  service       text COLLATE "C" NOT NULL,
  component     text COLLATE "C" NOT NULL,
  instance_type text COLLATE "C" NOT NULL,
  hub           text COLLATE "C" NOT NULL,
  username      text COLLATE "C",
  usergroups    text[] COLLATE "C",
  reason        text COLLATE "C",
  is_shared     boolean NOT NULL,
  amount_usd    numeric(20,10) NOT NULL,
  recorded_at   timestamptz NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT
    (cluster, day, revision, tagged_hub, service, component, instance_type, hub, username, reason, is_shared),
  CONSTRAINT closed_costs_unallocated CHECK ((username IS NULL) = (reason IS NOT NULL)),
  CONSTRAINT closed_costs_usergroups CHECK ((username IS NULL) = (usergroups IS NULL))
);
CREATE INDEX closed_costs_billed ON closed_costs (cluster, billed_month) WHERE revision > 0;
