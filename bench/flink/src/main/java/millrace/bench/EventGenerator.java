package millrace.bench;

import java.util.SplittableRandom;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;

/** Makes the events of the connector "nexmark" of Millrace, one after another, as rows of event_type, person, auction and bid. */
final class EventGenerator {
  private static final long FIRST_EVENT_NUMBER = 1;
  private static final long FIRST_EVENT_ID = 2;
  private static final int PERSON_BYTES = 200;
  private static final int AUCTION_BYTES = 500;
  private static final int BID_BYTES = 100;

  private final EventTexts texts = new EventTexts();
  private final SplittableRandom random = new SplittableRandom(3);
  private final EventRules rules;
  /** Events until as many auctions are made as are in flight. */
  private final long horizonEvents = EventRules.AUCTIONS_IN_FLIGHT * EventRules.TOTAL / EventRules.AUCTIONS;
  private long events;

  EventGenerator(int eventsPerSecond) {
    rules = new EventRules(eventsPerSecond);
  }

  long events() {
    return events;
  }

  RowData next() {
    long id = events + FIRST_EVENT_ID;
    long number = events + FIRST_EVENT_NUMBER;
    long epoch = id / EventRules.TOTAL;
    int offset = (int) (id % EventRules.TOTAL);
    events++;
    TimestampData time = TimestampData.fromEpochMillis(rules.timeMs(number));
    GenericRowData row = new GenericRowData(4);
    if (offset < EventRules.PERSONS) {
      row.setField(0, 0);
      row.setField(1, person(epoch, offset, time));
    } else if (offset < EventRules.PERSONS + EventRules.AUCTIONS) {
      row.setField(0, 1);
      row.setField(2, auction(epoch, offset, number, time));
    } else {
      row.setField(0, 2);
      row.setField(3, bid(epoch, time));
    }
    return row;
  }

  private GenericRowData person(long epoch, int offset, TimestampData time) {
    StringData name = texts.names[random.nextInt(EventTexts.FIRST_NAMES.length) * EventTexts.LAST_NAMES.length + random.nextInt(EventTexts.LAST_NAMES.length)];
    StringData email = texts.drawEmail(random);
    StringData card = texts.drawCard(random);
    StringData city = texts.cities[random.nextInt(texts.cities.length)];
    StringData state = texts.states[random.nextInt(texts.states.length)];
    int bytes = 8 + bytesOf(name) + bytesOf(email) + bytesOf(card) + bytesOf(city) + bytesOf(state);
    StringData extra = texts.drawExtra(random, bytes, PERSON_BYTES);
    return GenericRowData.of(EventRules.lastPerson(epoch, offset) + EventRules.FIRST_PERSON_ID, name, email, card, city, state, time, extra);
  }

  private GenericRowData auction(long epoch, int offset, long number, TimestampData time) {
    long id = EventRules.lastAuction(epoch, offset) + EventRules.FIRST_AUCTION_ID;
    long seller = drawSeller(epoch, offset) + EventRules.FIRST_PERSON_ID;
    long category = 10 + random.nextInt(5);
    long initialBid = drawPrice();
    long horizonMs = rules.timeMs(number + horizonEvents) - time.getMillisecond();
    long expires = time.getMillisecond() + 1 + random.nextInt((int) Math.max(horizonMs * 2, 1));
    StringData name = texts.drawText(random, 20);
    StringData description = texts.drawText(random, 100);
    long reserve = initialBid + drawPrice();
    StringData extra = texts.drawExtra(random, 48 + bytesOf(name) + bytesOf(description), AUCTION_BYTES);
    return GenericRowData.of(id, name, description, initialBid, reserve, time, TimestampData.fromEpochMillis(expires), seller, category, extra);
  }

  private long drawSeller(long epoch, int offset) {
    long last = EventRules.lastPerson(epoch, offset);
    return random.nextInt(EventRules.HOT_SELLER_RATIO) > 0 ? EventRules.hot(last) : drawPerson(last);
  }

  private long drawPerson(long last) {
    long active = Math.min(last + 1, EventRules.ACTIVE_PERSONS_MAX);
    return last + 1 - active + random.nextInt((int) active + EventRules.ID_LEAD);
  }

  private GenericRowData bid(long epoch, TimestampData time) {
    long lastAuction = EventRules.lastAuction(epoch, EventRules.TOTAL - 1);
    long firstAuction = Math.max(lastAuction - EventRules.AUCTIONS_IN_FLIGHT, 0);
    long auction =
        random.nextInt(EventRules.HOT_AUCTION_RATIO) > 0
            ? EventRules.hot(lastAuction)
            : firstAuction + random.nextInt((int) (lastAuction - firstAuction) + 1 + EventRules.ID_LEAD);
    long lastPerson = EventRules.lastPerson(epoch, EventRules.TOTAL - 1);
    long bidder = random.nextInt(EventRules.HOT_BIDDER_RATIO) > 0 ? EventRules.hot(lastPerson) + 1 : drawPerson(lastPerson);
    long price = drawPrice();
    int channel = random.nextInt(2) > 0 ? random.nextInt(EventTexts.HOT_CHANNELS) : EventTexts.HOT_CHANNELS + random.nextInt(EventTexts.RARE_CHANNELS);
    StringData extra = texts.drawExtra(random, 32, BID_BYTES);
    return GenericRowData.of(
        auction + EventRules.FIRST_AUCTION_ID,
        // The first id counts twice, so that bidders are persons of some later time.
        bidder + 2 * EventRules.FIRST_PERSON_ID,
        price,
        texts.channels[channel],
        texts.urls[channel],
        time,
        extra);
  }

  /** In cents, from one to a million dollars, low ones as likely as high ones by order of magnitude. */
  private long drawPrice() {
    return Math.round(Math.pow(10, random.nextDouble() * 6) * 100);
  }

  private static int bytesOf(StringData text) {
    return ((BinaryStringData) text).getSizeInBytes();
  }
}
