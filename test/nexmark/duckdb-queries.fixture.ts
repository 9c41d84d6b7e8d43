/** The Nexmark queries as DuckDB asks them of all events at once. Times between two events are never equal, so that "last" means one row. */

const isOfAuction = `A.id = B.auction AND B."dateTime" BETWEEN A."dateTime" AND A.expires`
const closing = `SELECT A.id, A.category, A.seller, A.expires, max(B.price) AS final FROM auction A JOIN bid B ON ${isOfAuction} GROUP BY ALL`
const hops = `SELECT auction, count(*) AS num, epoch_ms("dateTime") // 2000 - step AS hop FROM bid, range(5) steps(step) GROUP BY auction, hop`
const day = `strftime("dateTime", '%Y-%m-%d')`
const channelId = `regexp_extract(url, '(&|^)channel_id=([^&]*)', 2)`

function counts(of: string): string {
  const low = 'FILTER (WHERE price < 10000)'
  const middle = 'FILTER (WHERE price >= 10000 AND price < 1000000)'
  const high = 'FILTER (WHERE price >= 1000000)'
  return ['', low, middle, high].map((filter) => `count(${of}) ${filter}`).join(', ')
}
const allCounts = ['*', 'DISTINCT bidder', 'DISTINCT auction'].map(counts).join(', ')

export const duckdbQueries: Readonly<Record<string, string>> = {
  q0: `SELECT auction, bidder, price, "dateTime", extra FROM bid`,
  q1: `SELECT auction, bidder, 0.908 * price, "dateTime", extra FROM bid`,
  q2: 'SELECT auction, price FROM bid WHERE auction % 123 = 0',
  q3: `SELECT P.name, P.city, P.state, A.id FROM auction A JOIN person P ON A.seller = P.id
    WHERE A.category = 10 AND P.state IN ('OR', 'ID', 'CA')`,
  q4: `SELECT category, sum(final) // count(*) FROM (${closing}) GROUP BY category`,
  q5: `WITH hops AS (${hops}) SELECT auction, num FROM hops QUALIFY num = max(num) OVER (PARTITION BY hop)`,
  q6: `SELECT seller, sum(final) // count(*)
    FROM (SELECT * FROM (${closing}) QUALIFY row_number() OVER (PARTITION BY seller ORDER BY expires DESC, id DESC) <= 10) GROUP BY seller`,
  q7: `SELECT auction, bidder, price, "dateTime", extra FROM bid
    QUALIFY price = max(price) OVER (PARTITION BY epoch_ms("dateTime") // 10000)`,
  q8: `SELECT DISTINCT P.id, P.name, make_timestamp(epoch_ms(P."dateTime") // 10000 * 10000000)
    FROM person P JOIN auction A ON P.id = A.seller AND epoch_ms(P."dateTime") // 10000 = epoch_ms(A."dateTime") // 10000`,
  q9: `SELECT A.*, B.auction, B.bidder, B.price, B."dateTime", B.extra FROM auction A JOIN bid B ON ${isOfAuction}
    QUALIFY row_number() OVER (PARTITION BY A.id ORDER BY B.price DESC, B."dateTime") = 1`,
  q10: `SELECT auction, bidder, price, "dateTime", extra, ${day}, strftime("dateTime", '%H:%M') FROM bid`,
  q11: `SELECT bidder, count(*), min("dateTime"), max("dateTime") + INTERVAL 10 SECOND FROM (
      SELECT bidder, "dateTime", count(*) FILTER (WHERE begins) OVER (PARTITION BY bidder ORDER BY "dateTime") AS session FROM (
        SELECT bidder, "dateTime", "dateTime" - lag("dateTime") OVER (PARTITION BY bidder ORDER BY "dateTime") > INTERVAL 10 SECOND AS begins FROM bid
      )
    ) GROUP BY bidder, session`,
  q12: 'SELECT bidder, count(*) FROM bid GROUP BY bidder',
  q13: `SELECT auction, bidder, price, "dateTime", 'v' || (auction % 10000) FROM bid`,
  q14: `SELECT auction, bidder, 0.908 * price,
      CASE WHEN hour("dateTime") BETWEEN 8 AND 18 THEN 'dayTime' WHEN hour("dateTime") <= 6 OR hour("dateTime") >= 20 THEN 'nightTime' ELSE 'otherTime' END,
      "dateTime", extra, length(extra) - length(replace(extra, 'c', ''))
    FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000`,
  q15: `SELECT ${day}, ${allCounts} FROM bid GROUP BY ${day}`,
  q16: `SELECT channel, ${day}, max(strftime("dateTime", '%H:%M')), ${allCounts} FROM bid GROUP BY channel, ${day}`,
  q17: `SELECT auction, ${day}, ${counts('*')}, min(price), max(price), sum(price) // count(*), sum(price) FROM bid GROUP BY auction, ${day}`,
  q18: 'SELECT * FROM bid QUALIFY row_number() OVER (PARTITION BY bidder, auction ORDER BY "dateTime" DESC) = 1',
  q19: `SELECT *, row_number() OVER (PARTITION BY auction ORDER BY price DESC, "dateTime") AS place FROM bid QUALIFY place <= 10`,
  q20: `SELECT B.auction, B.bidder, B.price, B.channel, B.url, B."dateTime", B.extra, A.* EXCLUDE id
    FROM bid B JOIN (SELECT id, itemName, description, initialBid, reserve, "dateTime", expires, seller, category, extra FROM auction) A
    ON B.auction = A.id WHERE A.category = 10`,
  q21: `SELECT auction, bidder, price, channel,
      CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3' ELSE ${channelId} END
    FROM bid WHERE ${channelId} <> '' OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu')`,
  q22: `SELECT auction, bidder, price, channel, split_part(url, '/', 4), split_part(url, '/', 5), split_part(url, '/', 6) FROM bid`,
  q23: `SELECT B.bidder, B.price, B.channel, B.url, B.extra, P.id, P.name, P.emailAddress, P.creditCard, P.city, P.state, P.extra,
      A.itemName, A.description, A.initialBid, A.reserve, A."dateTime", A.expires, A.seller, A.category, A.extra
    FROM bid B JOIN person P ON P.id = B.bidder JOIN auction A ON A.seller = B.bidder`,
}
