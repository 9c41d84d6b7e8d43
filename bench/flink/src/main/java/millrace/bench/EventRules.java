package millrace.bench;

/** The rules by which events follow one another: proportions, ids and times. They are those of the connector "nexmark" of Millrace with its defaults. */
final class EventRules {
  static final int PERSONS = 1;
  static final int AUCTIONS = 3;
  static final int TOTAL = 50;
  static final long FIRST_PERSON_ID = 1000;
  static final long FIRST_AUCTION_ID = 1000;
  /** Ids this far ahead of the last one may be drawn. */
  static final int ID_LEAD = 10;
  static final long HOT_STEP = 100;
  static final long AUCTIONS_IN_FLIGHT = 100;
  static final long ACTIVE_PERSONS_MAX = 1000;
  static final int HOT_AUCTION_RATIO = 2;
  static final int HOT_BIDDER_RATIO = 4;
  static final int HOT_SELLER_RATIO = 4;
  static final long BASE_TIME_MS = 1_700_000_000_000L;

  /** Microseconds of event time between two events. */
  private final double delayUs;

  EventRules(int eventsPerSecond) {
    delayUs = 1_000_000.0 / eventsPerSecond;
  }

  long timeMs(long eventNumber) {
    return BASE_TIME_MS + Math.floorDiv((long) Math.floor(eventNumber * delayUs), 1000L);
  }

  /** The newest person, counted from 0, at a place in an epoch. */
  static long lastPerson(long epoch, int offset) {
    return epoch * PERSONS + Math.min(offset, PERSONS - 1);
  }

  /** The newest auction, counted from 0, at a place in an epoch. */
  static long lastAuction(long epoch, int offset) {
    int place = offset - PERSONS;
    if (place < 0) {
      return (epoch - 1) * AUCTIONS + AUCTIONS - 1;
    }
    return epoch * AUCTIONS + Math.min(place, AUCTIONS - 1);
  }

  static long hot(long last) {
    return last / HOT_STEP * HOT_STEP;
  }
}
