-- Survey-weighted means per adult equivalent of one round. `attributes` are the rows of the lake that count.
-- Parameter: the first day of the round. A household without a weight counts in no mean, as in the survey's own table.
with households as (
  select
    household_id,
    max(value) filter (where kind = 'survey_weight') :: double as weight,
    max(value) filter (where kind = 'urban') :: double as urban,
    max(value) filter (where kind = 'adult_equivalents') :: double as adult_equivalents,
    max(value) filter (where kind = 'consumption_total') :: double as total,
    max(value) filter (where kind = 'consumption_food') :: double as food,
    max(value) filter (where kind = 'consumption_non_durable') :: double as non_durable,
    max(value) filter (where kind = 'consumption_durable') :: double as durable
  from attributes
  where valid_from = $round
  group by household_id
),
panels as (
  select 'A: full sample' as panel, * from households
  union all
  select 'B: rural areas' as panel, * from households where urban = 0
)
select
  panel,
  sum(weight * total / adult_equivalents) / sum(weight) as total,
  sum(weight * food / adult_equivalents) / sum(weight) as food,
  sum(weight * non_durable / adult_equivalents) / sum(weight) as non_durable,
  sum(weight * durable / adult_equivalents) / sum(weight) as durable,
  count(weight) as households
from panels
where weight is not null
group by panel
order by panel
