//! I6: every paid order has exactly one membership period, and every membership comes from a paid order.

use super::{baseline::set, differences};
use crate::stage::World;

/// See the module. All orders here open a site for twelve months.
pub async fn i06_orders_are_memberships(world: &World) -> anyhow::Result<Vec<String>> {
    let paid = "SELECT id || ' for site ' || site_id FROM orders WHERE state IN ('paid', 'fulfilled')";
    let paid = set(world.sql.billing.texts(paid).await?);
    let applied = "SELECT order_id || ' for site ' || site_id FROM applied_orders";
    let applied = set(world.sql.membership.texts(applied).await?);
    let mut found = differences("membership of order", &paid, &applied);
    let unfulfilled = "SELECT 'order ' || id || ' is paid and was never fulfilled' FROM orders WHERE state = 'paid'";
    found.extend(world.sql.billing.texts(unfulfilled).await?);
    let wrong = "\
        SELECT 'site ' || a.site_id || ' has ' || COUNT(m.id) || ' memberships for ' || COUNT(DISTINCT a.order_id) || ' orders' \
          FROM applied_orders a LEFT JOIN memberships m ON m.site_id = a.site_id GROUP BY a.site_id \
          HAVING COUNT(m.id) <> 1 OR COUNT(DISTINCT a.order_id) <> 1 \
        UNION ALL SELECT 'membership ' || m.id || ' came from no order' FROM memberships m \
          WHERE NOT EXISTS (SELECT 1 FROM applied_orders a WHERE a.site_id = m.site_id) \
        UNION ALL SELECT 'membership ' || id || ' runs from ' || first_day || ' through ' || last_day FROM memberships \
          WHERE last_day IS DISTINCT FROM CAST(first_day + interval '12 months' - interval '1 day' AS date) \
        UNION ALL SELECT 'order ' || order_id || ' still waits' FROM waiting_orders";
    found.extend(world.sql.membership.texts(wrong).await?);
    Ok(found)
}
