-- Schema reporting: all that Grafana's and the API's database role may read. Each view stands here and nowhere else, with
-- the meaning of its columns. This file is run after every migration, in one transaction.
--
-- CREATE OR REPLACE adds columns at the end. A change that takes a column away needs a migration that drops the view
-- first; if a view of the operator's own depends on it, PostgreSQL stops the migration and names that view.
--
-- Every view keeps cluster and day in its GROUP BY and in each PARTITION BY, so that a range of days reaches the keys.
-- The list of measures of libs/prometheus is put into daily_user_usage: (name, unit, component, dataset) each.

CREATE SCHEMA IF NOT EXISTS reporting;
COMMENT ON SCHEMA reporting IS 'Stable views for Grafana and the API; no table is read directly. Version {{version}}';

-- A day that was read and had no cluster cost is a known 0; a day that was not read has no row.
CREATE OR REPLACE VIEW reporting.daily_total_costs AS
SELECT d.cluster, d.day, total.name, total.amount_usd, d.estimated, d.basis, d.policy, d.is_running
FROM cost_days d
CROSS JOIN LATERAL (VALUES ('account', d.account_usd), ('attributable', d.cluster_usd)) AS total (name, amount_usd);
COMMENT ON VIEW reporting.daily_total_costs IS 'Account cost and cluster cost of each day; a day that was not read has no row';
COMMENT ON COLUMN reporting.daily_total_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.daily_total_costs.day IS 'UTC day';
COMMENT ON COLUMN reporting.daily_total_costs.name IS '''account'' or ''attributable'' (the cluster cost). The second is a part of the first: do not add them';
COMMENT ON COLUMN reporting.daily_total_costs.amount_usd IS 'Cost (USD)';
COMMENT ON COLUMN reporting.daily_total_costs.estimated IS 'Whether AWS may still change the day';
COMMENT ON COLUMN reporting.daily_total_costs.basis IS 'What counts as cost: ''amortized'', ''unblended'', ''net_amortized'' or ''net_unblended''';
COMMENT ON COLUMN reporting.daily_total_costs.policy IS 'Allocation policy that the day''s user costs were made with (JSON)';
COMMENT ON COLUMN reporting.daily_total_costs.is_running IS 'Whether its costs were last read before it ended: it is not complete, and not compared with other days';

CREATE OR REPLACE VIEW reporting.daily_service_costs AS
SELECT c.cluster, c.day, c.hub, c.component, c.service, c.amount_usd, d.estimated, c.instance_type,
  c.amount_usd AS tagged_usd
FROM attributed_costs c JOIN cost_days d ON d.cluster = c.cluster AND d.day = c.day;
COMMENT ON VIEW reporting.daily_service_costs IS 'Cluster cost per day, hub, component, AWS service and instance type: the finest grain of tagged cost';
COMMENT ON COLUMN reporting.daily_service_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.daily_service_costs.day IS 'UTC day';
COMMENT ON COLUMN reporting.daily_service_costs.hub IS 'Hub of the cost''s tag; cost without the tag is ''support''';
COMMENT ON COLUMN reporting.daily_service_costs.component IS 'Component: the kind of the cost';
COMMENT ON COLUMN reporting.daily_service_costs.service IS 'AWS service, as Cost Explorer names it';
COMMENT ON COLUMN reporting.daily_service_costs.amount_usd IS 'Cost (USD)';
COMMENT ON COLUMN reporting.daily_service_costs.estimated IS 'Whether AWS may still change the day';
COMMENT ON COLUMN reporting.daily_service_costs.instance_type IS 'EC2 instance type; empty where Cost Explorer was not asked for it';
COMMENT ON COLUMN reporting.daily_service_costs.tagged_usd IS 'The same as amount_usd, by its full name: tagged cost (USD)';

CREATE OR REPLACE VIEW reporting.daily_component_costs AS
SELECT cluster, day, hub, component, sum(amount_usd) AS amount_usd, estimated, sum(amount_usd) AS tagged_usd
FROM reporting.daily_service_costs
GROUP BY cluster, day, hub, component, estimated;
COMMENT ON VIEW reporting.daily_component_costs IS 'Cluster cost per day, hub of the tag, and component; adds up to the cluster cost';
COMMENT ON COLUMN reporting.daily_component_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.daily_component_costs.day IS 'UTC day';
COMMENT ON COLUMN reporting.daily_component_costs.hub IS 'Hub of the cost''s tag; cost without the tag is ''support''';
COMMENT ON COLUMN reporting.daily_component_costs.component IS 'Component: the kind of the cost';
COMMENT ON COLUMN reporting.daily_component_costs.amount_usd IS 'Cost (USD)';
COMMENT ON COLUMN reporting.daily_component_costs.estimated IS 'Whether AWS may still change the day';
COMMENT ON COLUMN reporting.daily_component_costs.tagged_usd IS 'The same as amount_usd, by its full name: tagged cost (USD)';

CREATE OR REPLACE VIEW reporting.daily_hub_costs AS
SELECT cluster, day, hub, sum(amount_usd) AS amount_usd, estimated, sum(amount_usd) AS tagged_usd
FROM reporting.daily_service_costs
GROUP BY cluster, day, hub, estimated;
COMMENT ON VIEW reporting.daily_hub_costs IS 'Hub cost per day: cluster cost by the hub''s tag; adds up to the cluster cost. What the users of a hub bear is in daily_allocated_costs';
COMMENT ON COLUMN reporting.daily_hub_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.daily_hub_costs.day IS 'UTC day';
COMMENT ON COLUMN reporting.daily_hub_costs.hub IS 'Hub of the cost''s tag; cost without the tag is ''support''';
COMMENT ON COLUMN reporting.daily_hub_costs.amount_usd IS 'Cost (USD)';
COMMENT ON COLUMN reporting.daily_hub_costs.estimated IS 'Whether AWS may still change the day';
COMMENT ON COLUMN reporting.daily_hub_costs.tagged_usd IS 'The same as amount_usd, by its full name: tagged cost (USD)';

CREATE OR REPLACE VIEW reporting.daily_user_costs AS
SELECT cluster, day, hub, username, component,
  CASE WHEN shares_idle THEN direct_usd ELSE direct_usd - direct_idle_usd END AS direct_usd,
  CASE WHEN shares_idle THEN shared_usd ELSE shared_usd - idle_usd + direct_idle_usd END AS shared_usd,
  CASE WHEN shares_idle THEN direct_usd + shared_usd ELSE direct_usd + shared_usd - idle_usd END AS amount_usd,
  instance_type, idle_usd, usergroups, reason, direct_idle_usd, shares_idle
FROM user_costs;
COMMENT ON VIEW reporting.daily_user_costs IS 'Cost per day, hub, user and component, with unallocated cost; adds up to the cluster cost';
COMMENT ON COLUMN reporting.daily_user_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.daily_user_costs.day IS 'UTC day';
COMMENT ON COLUMN reporting.daily_user_costs.hub IS 'Hub where the user was active; of unallocated cost, the hub of its tag';
COMMENT ON COLUMN reporting.daily_user_costs.username IS 'User; NULL: unallocated, see reason';
COMMENT ON COLUMN reporting.daily_user_costs.component IS 'Component: the kind of the cost';
COMMENT ON COLUMN reporting.daily_user_costs.direct_usd IS 'The part that comes from the hub''s tagged cost (USD)';
COMMENT ON COLUMN reporting.daily_user_costs.shared_usd IS 'The part that comes from untagged cost (USD)';
COMMENT ON COLUMN reporting.daily_user_costs.amount_usd IS 'direct_usd + shared_usd (USD)';
COMMENT ON COLUMN reporting.daily_user_costs.instance_type IS 'EC2 instance type; empty where the pool has none';
COMMENT ON COLUMN reporting.daily_user_costs.idle_usd IS 'What the row pays for idle capacity: part of amount_usd if shares_idle, else beside it. Rows with reason ''idle'' have the opposite, so it adds up to 0: amount_usd - idle_usd (if shares_idle) is the cost without idle capacity, amount_usd + idle_usd (if not) the cost with it (USD)';
COMMENT ON COLUMN reporting.daily_user_costs.usergroups IS 'The user''s groups of the day, in order; {none}: in no group; {unknown}: groups were not read that day; NULL: unallocated';
COMMENT ON COLUMN reporting.daily_user_costs.direct_idle_usd IS 'The part of idle_usd that belongs to direct_usd (USD)';
COMMENT ON COLUMN reporting.daily_user_costs.shares_idle IS 'Whether users bear idle capacity in direct_usd, shared_usd and amount_usd (IDLE=shared), or it is unallocated (IDLE=separate)';
COMMENT ON COLUMN reporting.daily_user_costs.reason IS 'Why no user bears the cost: ''idle'', ''no usage'', ''usage not read'', ''anonymous hub'' or ''not allocated''; NULL: a user bears it';

CREATE OR REPLACE VIEW reporting.rolled_up_months AS
SELECT cluster, month, first_day, last_day FROM month_rollups;
COMMENT ON VIEW reporting.rolled_up_months IS 'The months that monthly_user_costs and monthly_user_usage hold: all that are stored, unless a day of them has changed since the last run';
COMMENT ON COLUMN reporting.rolled_up_months.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.rolled_up_months.month IS 'First day of the month';
COMMENT ON COLUMN reporting.rolled_up_months.first_day IS 'First stored day of the month';
COMMENT ON COLUMN reporting.rolled_up_months.last_day IS 'Last stored day of the month';

CREATE OR REPLACE VIEW reporting.monthly_user_costs AS
SELECT r.cluster, r.month, r.first_day, r.last_day, c.hub, c.username, c.component,
  CASE WHEN shares_idle THEN direct_usd ELSE direct_usd - direct_idle_usd END AS direct_usd,
  CASE WHEN shares_idle THEN shared_usd ELSE shared_usd - idle_usd + direct_idle_usd END AS shared_usd,
  CASE WHEN shares_idle THEN direct_usd + shared_usd ELSE direct_usd + shared_usd - idle_usd END AS amount_usd,
  c.instance_type, c.idle_usd, c.usergroups, c.reason, c.direct_idle_usd, c.shares_idle
FROM month_rollups r JOIN month_costs c ON c.cluster = r.cluster AND c.month = r.month;
COMMENT ON VIEW reporting.monthly_user_costs IS 'Sums of daily_user_costs over the months of rolled_up_months. Read other months from daily_user_costs';
COMMENT ON COLUMN reporting.monthly_user_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.monthly_user_costs.month IS 'First day of the month';
COMMENT ON COLUMN reporting.monthly_user_costs.first_day IS 'First stored day of the month';
COMMENT ON COLUMN reporting.monthly_user_costs.last_day IS 'Last stored day of the month';
COMMENT ON COLUMN reporting.monthly_user_costs.hub IS 'Hub where the user was active; of unallocated cost, the hub of its tag';
COMMENT ON COLUMN reporting.monthly_user_costs.username IS 'User; NULL: unallocated, see reason';
COMMENT ON COLUMN reporting.monthly_user_costs.component IS 'Component: the kind of the cost';
COMMENT ON COLUMN reporting.monthly_user_costs.direct_usd IS 'The part that comes from the hub''s tagged cost (USD)';
COMMENT ON COLUMN reporting.monthly_user_costs.shared_usd IS 'The part that comes from untagged cost (USD)';
COMMENT ON COLUMN reporting.monthly_user_costs.amount_usd IS 'direct_usd + shared_usd (USD)';
COMMENT ON COLUMN reporting.monthly_user_costs.instance_type IS 'EC2 instance type; empty where the pool has none';
COMMENT ON COLUMN reporting.monthly_user_costs.idle_usd IS 'What the row pays for idle capacity: part of amount_usd if shares_idle, else beside it (USD)';
COMMENT ON COLUMN reporting.monthly_user_costs.usergroups IS 'The user''s groups, in order: a row for each set that they had in the month; NULL: unallocated';
COMMENT ON COLUMN reporting.monthly_user_costs.reason IS 'Why no user bears the cost; NULL: a user bears it';
COMMENT ON COLUMN reporting.monthly_user_costs.direct_idle_usd IS 'The part of idle_usd that belongs to direct_usd (USD)';
COMMENT ON COLUMN reporting.monthly_user_costs.shares_idle IS 'Whether users bear idle capacity in direct_usd, shared_usd and amount_usd (IDLE=shared), or it is unallocated (IDLE=separate)';

-- split_usd divides a row evenly among the groups by rounding running parts: the parts add up to the amount to the last digit.
CREATE OR REPLACE VIEW reporting.daily_user_group_costs AS
SELECT c.cluster, c.day, c.hub, c.username, c.component, one.usergroup, c.amount_usd AS full_usd,
  round(c.amount_usd * one.position / cardinality(c.usergroups), 10)
    - round(c.amount_usd * (one.position - 1) / cardinality(c.usergroups), 10) AS split_usd
FROM reporting.daily_user_costs c
CROSS JOIN LATERAL unnest(c.usergroups) WITH ORDINALITY AS one (usergroup, position)
WHERE c.username IS NOT NULL;
COMMENT ON VIEW reporting.daily_user_group_costs IS 'Cost per day, hub, user, component and group; a user in several groups has a row for each';
COMMENT ON COLUMN reporting.daily_user_group_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.daily_user_group_costs.day IS 'UTC day';
COMMENT ON COLUMN reporting.daily_user_group_costs.hub IS 'Hub where the user was active';
COMMENT ON COLUMN reporting.daily_user_group_costs.username IS 'User';
COMMENT ON COLUMN reporting.daily_user_group_costs.component IS 'Component: the kind of the cost';
COMMENT ON COLUMN reporting.daily_user_group_costs.usergroup IS 'Group of the day; ''none'': in no group; ''unknown'': groups were not read that day';
COMMENT ON COLUMN reporting.daily_user_group_costs.full_usd IS 'The user''s whole cost, in each of their groups: sums over groups count it more than once (USD)';
COMMENT ON COLUMN reporting.daily_user_group_costs.split_usd IS 'The user''s cost divided evenly among their groups: sums over groups add up (USD)';

CREATE OR REPLACE VIEW reporting.daily_allocated_costs AS
SELECT cluster, day, hub, component, usergroups, reason,
  CASE WHEN shares_idle THEN direct_usd ELSE direct_usd - direct_idle_usd END AS direct_usd,
  CASE WHEN shares_idle THEN shared_usd ELSE shared_usd - idle_usd + direct_idle_usd END AS shared_usd,
  idle_usd,
  CASE WHEN shares_idle THEN direct_usd + shared_usd ELSE direct_usd + shared_usd - idle_usd END AS amount_usd,
  direct_idle_usd, shares_idle,
  CASE WHEN reason IS NULL
    THEN CASE WHEN shares_idle THEN direct_usd + shared_usd ELSE direct_usd + shared_usd - idle_usd END
    ELSE 0 END AS borne_usd,
  instance_type
FROM day_costs;
COMMENT ON VIEW reporting.daily_allocated_costs IS 'Cost per day, hub, component, instance type and set of groups, each user in one set, with unallocated cost; adds up to the cluster cost';
COMMENT ON COLUMN reporting.daily_allocated_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.daily_allocated_costs.day IS 'UTC day';
COMMENT ON COLUMN reporting.daily_allocated_costs.hub IS 'Hub where the users were active; of unallocated cost, the hub of its tag';
COMMENT ON COLUMN reporting.daily_allocated_costs.component IS 'Component: the kind of the cost';
COMMENT ON COLUMN reporting.daily_allocated_costs.usergroups IS 'Groups of the users, in order; {none}: in no group; {unknown}: groups were not read that day; NULL: unallocated';
COMMENT ON COLUMN reporting.daily_allocated_costs.reason IS 'Why no user bears the cost; NULL: a user bears it';
COMMENT ON COLUMN reporting.daily_allocated_costs.direct_usd IS 'The part that comes from the hub''s tagged cost (USD)';
COMMENT ON COLUMN reporting.daily_allocated_costs.shared_usd IS 'The part that comes from untagged cost (USD)';
COMMENT ON COLUMN reporting.daily_allocated_costs.idle_usd IS 'What the row pays for idle capacity: part of amount_usd if shares_idle, else beside it; rows with reason ''idle'' have the opposite (USD)';
COMMENT ON COLUMN reporting.daily_allocated_costs.amount_usd IS 'direct_usd + shared_usd (USD)';
COMMENT ON COLUMN reporting.daily_allocated_costs.borne_usd IS 'What users bear: amount_usd, or 0 where it is unallocated (USD)';
COMMENT ON COLUMN reporting.daily_allocated_costs.direct_idle_usd IS 'The part of idle_usd that belongs to direct_usd (USD)';
COMMENT ON COLUMN reporting.daily_allocated_costs.shares_idle IS 'Whether users bear idle capacity in direct_usd, shared_usd and amount_usd (IDLE=shared), or it is unallocated (IDLE=separate)';
COMMENT ON COLUMN reporting.daily_allocated_costs.instance_type IS 'EC2 instance type; empty where the pool has none';

-- The split is made over the sum of each set of groups and instance type: it adds up to that sum to the last digit, and may
-- differ from the sum of daily_user_group_costs.split_usd in the tenth decimal.
CREATE OR REPLACE VIEW reporting.daily_group_costs AS
SELECT c.cluster, c.day, c.hub, c.component, one.usergroup, sum(c.amount_usd) AS full_usd,
  sum(round(c.amount_usd * one.position / cardinality(c.usergroups), 10)
    - round(c.amount_usd * (one.position - 1) / cardinality(c.usergroups), 10)) AS split_usd
FROM reporting.daily_allocated_costs c
CROSS JOIN LATERAL unnest(c.usergroups) WITH ORDINALITY AS one (usergroup, position)
GROUP BY c.cluster, c.day, c.hub, c.component, one.usergroup;
COMMENT ON VIEW reporting.daily_group_costs IS 'Cost per day, hub, component and group, counted in full and split';
COMMENT ON COLUMN reporting.daily_group_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.daily_group_costs.day IS 'UTC day';
COMMENT ON COLUMN reporting.daily_group_costs.hub IS 'Hub where the users were active';
COMMENT ON COLUMN reporting.daily_group_costs.component IS 'Component: the kind of the cost';
COMMENT ON COLUMN reporting.daily_group_costs.usergroup IS 'Group of the day; ''none'': in no group; ''unknown'': groups were not read that day';
COMMENT ON COLUMN reporting.daily_group_costs.full_usd IS 'Whole cost of every member: sums over groups count users in several groups more than once (USD)';
COMMENT ON COLUMN reporting.daily_group_costs.split_usd IS 'Cost of the members, divided evenly among their groups: sums over groups add up (USD)';

-- Shares are rounded running sums: they add up to exactly 1 over the users of the cluster (of the hub).
CREATE OR REPLACE VIEW reporting.daily_user_usage AS
SELECT usage.cluster, usage.day, usage.hub, usage.username, measures.component, usage.measure, measures.unit,
  usage.instance_type, usage.quantity,
  CASE measures.unit WHEN 'byte-seconds' THEN usage.quantity / (3600 * 1073741824::numeric) END AS gib_hours,
  round(usage.cluster_upto / usage.cluster_total, 10)
    - round((usage.cluster_upto - usage.quantity) / usage.cluster_total, 10) AS cluster_share,
  round(usage.hub_upto / usage.hub_total, 10)
    - round((usage.hub_upto - usage.quantity) / usage.hub_total, 10) AS hub_share
FROM (
  SELECT cluster, day, hub, username, measure, instance_type, quantity,
    sum(quantity) OVER (PARTITION BY cluster, day, measure) AS cluster_total,
    sum(quantity) OVER (PARTITION BY cluster, day, measure ORDER BY hub, username, instance_type
      ROWS UNBOUNDED PRECEDING) AS cluster_upto,
    sum(quantity) OVER (PARTITION BY cluster, day, measure, hub) AS hub_total,
    sum(quantity) OVER (PARTITION BY cluster, day, measure, hub ORDER BY username, instance_type
      ROWS UNBOUNDED PRECEDING) AS hub_upto
  FROM user_usage
) usage
JOIN (VALUES {{measures}}) AS measures (measure, unit, component, dataset) ON measures.measure = usage.measure;
COMMENT ON VIEW reporting.daily_user_usage IS 'Usage per day, hub, user and measure, and the share that cost is divided by';
COMMENT ON COLUMN reporting.daily_user_usage.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.daily_user_usage.day IS 'UTC day';
COMMENT ON COLUMN reporting.daily_user_usage.hub IS 'Hub where the user was active';
COMMENT ON COLUMN reporting.daily_user_usage.username IS 'User';
COMMENT ON COLUMN reporting.daily_user_usage.component IS 'Component whose cost this usage divides; NULL: none';
COMMENT ON COLUMN reporting.daily_user_usage.measure IS 'Measure: what Prometheus counts for each user';
COMMENT ON COLUMN reporting.daily_user_usage.unit IS 'Unit of quantity';
COMMENT ON COLUMN reporting.daily_user_usage.instance_type IS 'EC2 instance type; empty where the measure has none';
COMMENT ON COLUMN reporting.daily_user_usage.quantity IS 'Usage over the day, in the unit of the measure';
COMMENT ON COLUMN reporting.daily_user_usage.gib_hours IS 'The same in GiB-hours: 1 GiB held for an hour; NULL where the unit is not byte-seconds (GiB-hours)';
COMMENT ON COLUMN reporting.daily_user_usage.cluster_share IS 'Part of the cluster''s usage of the day; adds up to 1 (0 to 1)';
COMMENT ON COLUMN reporting.daily_user_usage.hub_share IS 'Part of the hub''s usage of the day; adds up to 1 per hub (0 to 1)';

CREATE OR REPLACE VIEW reporting.monthly_user_usage AS
SELECT r.cluster, r.month, r.first_day, r.last_day, u.hub, u.username, measures.component, u.measure, measures.unit,
  u.quantity, u.days
FROM month_rollups r JOIN month_usage u ON u.cluster = r.cluster AND u.month = r.month
JOIN (VALUES {{measures}}) AS measures (measure, unit, component, dataset) ON measures.measure = u.measure;
COMMENT ON VIEW reporting.monthly_user_usage IS 'Sums of daily_user_usage over the months of rolled_up_months. Read other months from daily_user_usage';
COMMENT ON COLUMN reporting.monthly_user_usage.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.monthly_user_usage.month IS 'First day of the month';
COMMENT ON COLUMN reporting.monthly_user_usage.first_day IS 'First stored day of the month';
COMMENT ON COLUMN reporting.monthly_user_usage.last_day IS 'Last stored day of the month';
COMMENT ON COLUMN reporting.monthly_user_usage.hub IS 'Hub where the user was active';
COMMENT ON COLUMN reporting.monthly_user_usage.username IS 'User';
COMMENT ON COLUMN reporting.monthly_user_usage.component IS 'Component whose cost this usage divides; NULL: none';
COMMENT ON COLUMN reporting.monthly_user_usage.measure IS 'Measure: what Prometheus counts for each user';
COMMENT ON COLUMN reporting.monthly_user_usage.unit IS 'Unit of quantity';
COMMENT ON COLUMN reporting.monthly_user_usage.quantity IS 'Usage over the month, of all instance types, in the unit of the measure';
COMMENT ON COLUMN reporting.monthly_user_usage.days IS 'How many rows of daily_user_usage it is the sum of';

CREATE OR REPLACE VIEW reporting.user_groups AS
SELECT cluster, day, hub, username, username_escaped, coalesce(usergroup, 'none') AS usergroup,
  row_number() OVER (PARTITION BY cluster, day, hub, username ORDER BY usergroup) AS group_position,
  count(*) OVER (PARTITION BY cluster, day, hub, username) AS group_count
FROM group_memberships;
COMMENT ON VIEW reporting.user_groups IS 'Who was in which group on each day; one row per group; a user in no group has one row with group none';
COMMENT ON COLUMN reporting.user_groups.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.user_groups.day IS 'UTC day';
COMMENT ON COLUMN reporting.user_groups.hub IS 'Hub that reported the membership';
COMMENT ON COLUMN reporting.user_groups.username IS 'User';
COMMENT ON COLUMN reporting.user_groups.username_escaped IS 'User, as directories and labels spell it';
COMMENT ON COLUMN reporting.user_groups.usergroup IS 'Group; ''none'': in no group that day';
COMMENT ON COLUMN reporting.user_groups.group_position IS 'Number of this group among the user''s groups of the day, from 1';
COMMENT ON COLUMN reporting.user_groups.group_count IS 'In how many groups the user was that day; 1 for a user in none';

-- Of the measures that were read, the first divides costs; but where the deployment divides by memory requests, those do.
CREATE OR REPLACE VIEW reporting.usage_days AS
SELECT u.cluster, u.day, u.dataset, u.status, u.coverage, u.detail, u.read_at, u.hub,
  CASE WHEN u.method LIKE 'node_share %' AND c.policy NOT LIKE '%compute by node_share%' THEN 'memory_requested'
    ELSE split_part(u.method, ' ', 1) END AS method,
  u.status <> 'missing' AND u.dataset = 'compute' AND u.method NOT LIKE 'node_share%'
    AND c.policy LIKE '%compute by node_share%' AS is_fallback
FROM usage_days u LEFT JOIN cost_days c ON c.cluster = u.cluster AND c.day = u.day;
COMMENT ON VIEW reporting.usage_days IS 'What was read from Prometheus of each day, and whether it may still change';
COMMENT ON COLUMN reporting.usage_days.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.usage_days.day IS 'UTC day';
COMMENT ON COLUMN reporting.usage_days.dataset IS 'What was read: ''compute'', ''home storage'' or ''memberships''';
COMMENT ON COLUMN reporting.usage_days.status IS '''provisional'': the day may be read again; ''final'': it will not; ''missing'': Prometheus has no samples of it';
COMMENT ON COLUMN reporting.usage_days.coverage IS 'Part of the day for which Prometheus holds samples (0 to 1)';
COMMENT ON COLUMN reporting.usage_days.detail IS 'Why the day is missing; NULL otherwise';
COMMENT ON COLUMN reporting.usage_days.read_at IS 'When it was last read';
COMMENT ON COLUMN reporting.usage_days.hub IS 'Hub; empty: all hubs at once (compute, and a day of which nothing is known)';
COMMENT ON COLUMN reporting.usage_days.method IS 'Measure that divides the day''s cost; empty for memberships';
COMMENT ON COLUMN reporting.usage_days.is_fallback IS 'Whether compute of the day is divided by memory requests because Prometheus lacked node labels or allocatable (or the day was read before they were); NULL: the day has no costs';

CREATE OR REPLACE VIEW reporting.cost_restatements AS
SELECT cluster, day, hub, service, component, before_usd, after_usd,
  coalesce(after_usd, 0) - coalesce(before_usd, 0) AS difference_usd, reason, seen_at, run_id
FROM cost_restatements;
COMMENT ON VIEW reporting.cost_restatements IS 'Every stored cost of a day that had ended and that a later run changed; what the running day grows by is not here';
COMMENT ON COLUMN reporting.cost_restatements.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.cost_restatements.day IS 'UTC day whose cost changed';
COMMENT ON COLUMN reporting.cost_restatements.hub IS 'Hub of the cost''s tag; cost without the tag is ''support''';
COMMENT ON COLUMN reporting.cost_restatements.service IS 'AWS service, as Cost Explorer names it';
COMMENT ON COLUMN reporting.cost_restatements.component IS 'Component: the kind of the cost';
COMMENT ON COLUMN reporting.cost_restatements.before_usd IS 'Cost before; NULL: there was none (USD)';
COMMENT ON COLUMN reporting.cost_restatements.after_usd IS 'Cost after; NULL: there is none any more (USD)';
COMMENT ON COLUMN reporting.cost_restatements.difference_usd IS 'after_usd - before_usd, NULL counted as 0 (USD)';
COMMENT ON COLUMN reporting.cost_restatements.reason IS '''restated'' by AWS, or the deployment changed its ''cost basis'' or its ''attribution''';
COMMENT ON COLUMN reporting.cost_restatements.seen_at IS 'When the change was read';
COMMENT ON COLUMN reporting.cost_restatements.run_id IS 'The run that read it: sync_runs.id';

CREATE OR REPLACE VIEW reporting.closed_months AS
SELECT cluster, month, version, revision, cluster_usd, first_day, bases, policies, closed_at, run_id
FROM closed_months;
COMMENT ON VIEW reporting.closed_months IS 'Months whose figures are frozen for statements, a row per version';
COMMENT ON COLUMN reporting.closed_months.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.closed_months.month IS 'First day of the month';
COMMENT ON COLUMN reporting.closed_months.version IS '1: as it was closed; later ones add what AWS restated until then';
COMMENT ON COLUMN reporting.closed_months.revision IS 'The rows of closed_costs up to this revision are the version';
COMMENT ON COLUMN reporting.closed_months.cluster_usd IS 'Cluster cost of the month in this version, as AWS said (USD)';
COMMENT ON COLUMN reporting.closed_months.first_day IS 'First day with costs; after the first of the month where the account is younger';
COMMENT ON COLUMN reporting.closed_months.bases IS 'What counted as cost, of most days first';
COMMENT ON COLUMN reporting.closed_months.policies IS 'Allocation policies (JSON), of most days first';
COMMENT ON COLUMN reporting.closed_months.closed_at IS 'When the version was frozen';
COMMENT ON COLUMN reporting.closed_months.run_id IS 'The run that froze it: sync_runs.id';

CREATE OR REPLACE VIEW reporting.closed_costs AS
SELECT cluster, day, revision, billed_month, tagged_hub, service, component, instance_type, hub, username, usergroups,
  reason, is_shared, amount_usd, recorded_at
FROM closed_costs;
COMMENT ON VIEW reporting.closed_costs IS 'Frozen charges of closed months, and who bears them. Revision 0 adds up to the month as it was closed; each later one is what AWS restated after';
COMMENT ON COLUMN reporting.closed_costs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.closed_costs.day IS 'UTC day';
COMMENT ON COLUMN reporting.closed_costs.revision IS '0: as the month was closed; higher: a difference that AWS restated later';
COMMENT ON COLUMN reporting.closed_costs.billed_month IS 'Month whose statement shows the row: of a difference, a later one';
COMMENT ON COLUMN reporting.closed_costs.tagged_hub IS 'Hub of the cost''s tag; cost without the tag is ''support''';
COMMENT ON COLUMN reporting.closed_costs.service IS 'AWS service, as Cost Explorer names it';
COMMENT ON COLUMN reporting.closed_costs.component IS 'Component: the kind of the cost';
COMMENT ON COLUMN reporting.closed_costs.instance_type IS 'EC2 instance type; empty where there is none';
COMMENT ON COLUMN reporting.closed_costs.hub IS 'Hub where the user was active; of unallocated cost, the hub of its tag';
COMMENT ON COLUMN reporting.closed_costs.username IS 'User; NULL: unallocated, see reason';
COMMENT ON COLUMN reporting.closed_costs.usergroups IS 'The user''s groups of the day; NULL: unallocated';
COMMENT ON COLUMN reporting.closed_costs.reason IS 'Why no user bears the cost; NULL: a user bears it';
COMMENT ON COLUMN reporting.closed_costs.is_shared IS 'Whether the cost came from the cluster (shared), or from the hub''s tag (direct)';
COMMENT ON COLUMN reporting.closed_costs.amount_usd IS 'Cost; of a difference, what was added (USD)';
COMMENT ON COLUMN reporting.closed_costs.recorded_at IS 'When the row was written';

CREATE OR REPLACE VIEW reporting.sync_runs AS
SELECT id, cluster, source, trigger, window_from, window_until, status, requests, requests * 0.01 AS requests_usd,
  days_changed, rows_written, error, started_at, finished_at,
  extract(epoch FROM finished_at - started_at)::double precision AS duration_seconds
FROM sync_runs;
COMMENT ON VIEW reporting.sync_runs IS 'Every run of the sync, per source';
COMMENT ON COLUMN reporting.sync_runs.id IS 'Number of the run';
COMMENT ON COLUMN reporting.sync_runs.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.sync_runs.source IS '''cost-explorer'', ''prometheus'', ''allocation'' or ''budgets''';
COMMENT ON COLUMN reporting.sync_runs.trigger IS 'What started it: ''schedule'', ''startup'', ''once'', ''backfill'' or ''forget''';
COMMENT ON COLUMN reporting.sync_runs.window_from IS 'First day that it read or derived';
COMMENT ON COLUMN reporting.sync_runs.window_until IS 'The day after the last';
COMMENT ON COLUMN reporting.sync_runs.status IS '''running'', ''succeeded'' or ''failed''';
COMMENT ON COLUMN reporting.sync_runs.requests IS 'Requests sent to Cost Explorer, each of them paid; 0 for the other sources';
COMMENT ON COLUMN reporting.sync_runs.requests_usd IS 'What those requests cost (USD)';
COMMENT ON COLUMN reporting.sync_runs.days_changed IS 'Days whose stored figures changed';
COMMENT ON COLUMN reporting.sync_runs.rows_written IS 'Rows written';
COMMENT ON COLUMN reporting.sync_runs.error IS 'Why it failed; NULL otherwise';
COMMENT ON COLUMN reporting.sync_runs.started_at IS 'When it started';
COMMENT ON COLUMN reporting.sync_runs.finished_at IS 'When it ended; NULL while running';
COMMENT ON COLUMN reporting.sync_runs.duration_seconds IS 'How long it took; NULL while running (seconds)';

-- Its cost does not grow with the number of runs: for each cluster and source, the index gives the last run.
-- Runs of a source do not overlap: the last that started is the last that ended.
CREATE OR REPLACE VIEW reporting.sync_status AS
SELECT locks.cluster, sources.source, latest.status AS last_status, latest.started_at AS last_started_at,
  latest.error AS last_error, good.finished_at AS last_success_at
FROM sync_locks locks
CROSS JOIN (VALUES ('allocation'), ('budgets'), ('cost-explorer'), ('prometheus')) AS sources (source)
CROSS JOIN LATERAL (
  SELECT status, started_at, error FROM sync_runs
  WHERE cluster = locks.cluster AND source = sources.source AND status <> 'running'
  ORDER BY started_at DESC, id DESC LIMIT 1
) latest
LEFT JOIN LATERAL (
  SELECT finished_at FROM sync_runs
  WHERE cluster = locks.cluster AND source = sources.source AND status = 'succeeded'
  ORDER BY started_at DESC, id DESC LIMIT 1
) good ON true;
COMMENT ON VIEW reporting.sync_status IS 'The last finished run of each source, and the last good one';
COMMENT ON COLUMN reporting.sync_status.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.sync_status.source IS '''cost-explorer'', ''prometheus'', ''allocation'' or ''budgets''';
COMMENT ON COLUMN reporting.sync_status.last_status IS '''succeeded'' or ''failed''';
COMMENT ON COLUMN reporting.sync_status.last_started_at IS 'When the last finished run started';
COMMENT ON COLUMN reporting.sync_status.last_error IS 'Why it failed; NULL otherwise';
COMMENT ON COLUMN reporting.sync_status.last_success_at IS 'When the last good run ended; NULL: there was none';

CREATE OR REPLACE VIEW reporting.budgets AS
SELECT b.cluster, b.name, b.per, b.period_from, b.period_until - 1 AS period_to, b.kind, b.hub, b.usergroup, b.username,
  b.basis, b.amount_usd, b.spent_usd, b.amount_usd - b.spent_usd AS left_usd, b.spent_usd / b.amount_usd AS used_ratio,
  b.settled_to, b.missing_days, b.reason, b.forecast_usd, b.forecast_low_usd, b.forecast_high_usd,
  b.forecast_usd / b.amount_usd AS forecast_ratio, b.forecast_reason, b.run_out_on,
  (
    SELECT jsonb_agg(
      one.threshold || jsonb_build_object('alerted_at', events.sent_at -> concat_ws(' ', one.threshold ->> 'on', one.threshold ->> 'threshold'))
      ORDER BY one.place)
    FROM jsonb_array_elements(b.thresholds) WITH ORDINALITY AS one (threshold, place)
  ) AS thresholds,
  coalesce(events.alerts_waiting, 0) AS alerts_waiting
FROM budgets b LEFT JOIN (
  -- Of equal keys the last one stays.
  SELECT cluster, budget, period_from, count(*) FILTER (WHERE alert = 'pending') AS alerts_waiting,
    jsonb_object_agg(concat_ws(' ', measured, threshold), sent_at ORDER BY occurrence) FILTER (WHERE event = 'passed') AS sent_at
  FROM budget_events GROUP BY cluster, budget, period_from
) events ON events.cluster = b.cluster AND events.budget = b.name AND events.period_from = b.period_from;
COMMENT ON VIEW reporting.budgets IS 'Budgets, each in its last periods, as the last run of the sync found them';
COMMENT ON COLUMN reporting.budgets.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.budgets.name IS 'Name of the budget';
COMMENT ON COLUMN reporting.budgets.per IS 'How often it begins anew: ''month'', ''quarter'', ''year'', or ''once''';
COMMENT ON COLUMN reporting.budgets.period_from IS 'First day of the period';
COMMENT ON COLUMN reporting.budgets.period_to IS 'Last day of the period';
COMMENT ON COLUMN reporting.budgets.kind IS 'Whose cost it is for: ''cluster'', ''hub'', ''group'' or ''user''';
COMMENT ON COLUMN reporting.budgets.hub IS 'Hub of a hub, a user, or a group of one hub; NULL: all hubs';
COMMENT ON COLUMN reporting.budgets.usergroup IS 'Group; NULL: none';
COMMENT ON COLUMN reporting.budgets.username IS 'User; NULL: none';
COMMENT ON COLUMN reporting.budgets.basis IS 'What counts: ''tagged'' cost; ''allocated'': what users bear, of a hub with unallocated cost of its tag; ''split'': cost of the members, divided evenly among their groups';
COMMENT ON COLUMN reporting.budgets.amount_usd IS 'Amount of the budget (USD)';
COMMENT ON COLUMN reporting.budgets.spent_usd IS 'Cost of the settled days of the period, and what had been spent before it; NULL: see reason (USD)';
COMMENT ON COLUMN reporting.budgets.left_usd IS 'amount_usd - spent_usd (USD)';
COMMENT ON COLUMN reporting.budgets.used_ratio IS 'spent_usd / amount_usd';
COMMENT ON COLUMN reporting.budgets.settled_to IS 'The newest settled day: costs up to it are in spent_usd';
COMMENT ON COLUMN reporting.budgets.missing_days IS 'Days of the period up to settled_to whose cost is not in spent_usd: not stored or, of what users bear, their usage was not read';
COMMENT ON COLUMN reporting.budgets.reason IS 'Why spent_usd is not known';
COMMENT ON COLUMN reporting.budgets.forecast_usd IS 'What is expected to be spent at the end of the period; NULL: see forecast_reason (USD)';
COMMENT ON COLUMN reporting.budgets.forecast_low_usd IS 'In four of five cases it is more than this; NULL: unknown (USD)';
COMMENT ON COLUMN reporting.budgets.forecast_high_usd IS 'In four of five cases it is less than this; NULL: unknown (USD)';
COMMENT ON COLUMN reporting.budgets.forecast_ratio IS 'forecast_usd / amount_usd';
COMMENT ON COLUMN reporting.budgets.forecast_reason IS 'Why forecast_usd is not known';
COMMENT ON COLUMN reporting.budgets.run_out_on IS 'Day on which the amount was spent, or is expected to be; NULL: not in this period, or unknown';
COMMENT ON COLUMN reporting.budgets.thresholds IS 'JSON list of thresholds: threshold, on (''actual'' or ''forecast''), usd, passed_on (NULL: not passed), alerted_at (NULL: the webhook was not told); NULL: none';
COMMENT ON COLUMN reporting.budgets.alerts_waiting IS 'Alerts that the webhook has not taken yet';

CREATE OR REPLACE VIEW reporting.forecasts AS
SELECT cluster, month, kind, name, settled_to, spent_usd, forecast_usd, low_usd, high_usd, reason
FROM forecasts;
COMMENT ON VIEW reporting.forecasts IS 'What the current month is expected to cost, by cluster, hub, group and component';
COMMENT ON COLUMN reporting.forecasts.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.forecasts.month IS 'First day of the month';
COMMENT ON COLUMN reporting.forecasts.kind IS '''cluster'', ''hub'' (tagged cost), ''group'' (split cost) or ''component''';
COMMENT ON COLUMN reporting.forecasts.name IS 'Hub, group or component; empty: the cluster';
COMMENT ON COLUMN reporting.forecasts.settled_to IS 'The newest settled day: costs up to it are in spent_usd';
COMMENT ON COLUMN reporting.forecasts.spent_usd IS 'Cost of the settled days of the month; NULL: there is none yet (USD)';
COMMENT ON COLUMN reporting.forecasts.forecast_usd IS 'Expected cost of the whole month; NULL: see reason (USD)';
COMMENT ON COLUMN reporting.forecasts.low_usd IS 'In four of five cases it is more than this; NULL: unknown (USD)';
COMMENT ON COLUMN reporting.forecasts.high_usd IS 'In four of five cases it is less than this; NULL: unknown (USD)';
COMMENT ON COLUMN reporting.forecasts.reason IS 'Why forecast_usd is not known';

CREATE OR REPLACE VIEW reporting.anomalies AS
SELECT cluster, day, hub, component, username, amount_usd, usual_usd, most_usd, amount_usd - usual_usd AS difference_usd,
  amount_usd / nullif(usual_usd, 0) AS ratio, seen_at, sent_at AS alerted_at, alert = 'pending' AS alert_waits
FROM anomalies;
COMMENT ON VIEW reporting.anomalies IS 'Days that cost far more than usual, by component of a hub and by user';
COMMENT ON COLUMN reporting.anomalies.cluster IS 'Name of the cluster';
COMMENT ON COLUMN reporting.anomalies.day IS 'UTC day';
COMMENT ON COLUMN reporting.anomalies.hub IS 'Hub of the cost''s tag, or of the user';
COMMENT ON COLUMN reporting.anomalies.component IS 'Component of the hub''s tagged cost; NULL: the cost of a user';
COMMENT ON COLUMN reporting.anomalies.username IS 'User; NULL: the cost of a component';
COMMENT ON COLUMN reporting.anomalies.amount_usd IS 'Cost of the day (USD)';
COMMENT ON COLUMN reporting.anomalies.usual_usd IS 'What such a day costs usually: the median of the weekday (USD)';
COMMENT ON COLUMN reporting.anomalies.most_usd IS 'What such a day could cost without being an anomaly (USD)';
COMMENT ON COLUMN reporting.anomalies.difference_usd IS 'amount_usd - usual_usd (USD)';
COMMENT ON COLUMN reporting.anomalies.ratio IS 'amount_usd / usual_usd; NULL: usually there is no cost';
COMMENT ON COLUMN reporting.anomalies.seen_at IS 'When a run first found it';
COMMENT ON COLUMN reporting.anomalies.alerted_at IS 'When the webhook took it; NULL: it was not told';
COMMENT ON COLUMN reporting.anomalies.alert_waits IS 'Whether the webhook is to be told and has not taken it yet';

CREATE OR REPLACE VIEW reporting.clusters AS
SELECT cluster FROM sync_locks;
COMMENT ON VIEW reporting.clusters IS 'Every cluster that a sync was ever started for';
COMMENT ON COLUMN reporting.clusters.cluster IS 'Name of the cluster';

-- TypeORM's own record, so that a role that only reads reporting can tell whether the database is migrated.
CREATE OR REPLACE VIEW reporting.applied_migrations AS
SELECT name FROM migrations;
COMMENT ON VIEW reporting.applied_migrations IS 'Migrations that this database has had: tells a reader whether it is up to date';
COMMENT ON COLUMN reporting.applied_migrations.name IS 'Name of the migration';
