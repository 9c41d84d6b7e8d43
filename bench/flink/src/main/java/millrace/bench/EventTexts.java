package millrace.bench;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.apache.flink.table.data.StringData;

/** The texts of events: short random ones, slices of a long one, and words that are made once. */
final class EventTexts {
  static final int EXTRA_BYTES = 1 << 20;
  static final int HOT_CHANNELS = 4;
  static final int RARE_CHANNELS = 10_000;
  private static final int LENGTH_MIN = 3;

  static final String[] FIRST_NAMES = "Peter,Paul,Luke,John,Saul,Vicky,Kate,Julie,Sarah,Deiter,Walter".split(",");
  static final String[] LAST_NAMES = "Shultz,Abrams,Spencer,White,Bartels,Walton,Smith,Jones,Noris".split(",");
  static final String[] CITIES = "Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne".split(",");
  static final String[] STATES = "AZ,CA,ID,OR,WA,WY".split(",");

  final byte[] extra = createExtra();
  final StringData[] names = new StringData[FIRST_NAMES.length * LAST_NAMES.length];
  final StringData[] cities = wordsOf(CITIES);
  final StringData[] states = wordsOf(STATES);
  final StringData[] channels = new StringData[HOT_CHANNELS + RARE_CHANNELS];
  final StringData[] urls = new StringData[HOT_CHANNELS + RARE_CHANNELS];

  private final byte[] buffer = new byte[256];

  EventTexts() {
    for (int i = 0; i < names.length; i++) {
      names[i] = word(FIRST_NAMES[i / LAST_NAMES.length] + " " + LAST_NAMES[i % LAST_NAMES.length]);
    }
    createChannels();
  }

  /** Every sixth byte takes a draw; the remainder of a negative number is negative, so that letters reach from H to z. */
  private static byte[] createExtra() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] bytes = new byte[EXTRA_BYTES];
    int draw = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (i % 6 == 0) {
        draw = random.nextInt();
      }
      bytes[i] = (byte) ('a' + draw % 26);
      draw /= 26;
    }
    return bytes;
  }

  private void createChannels() {
    SplittableRandom random = new SplittableRandom(2);
    String[] hot = {"Google", "Facebook", "Baidu", "Apple"};
    for (int i = 0; i < HOT_CHANNELS; i++) {
      channels[i] = word(hot[i]);
      urls[i] = word(drawUrl(random));
    }
    for (int i = 0; i < RARE_CHANNELS; i++) {
      String url = drawUrl(random);
      channels[HOT_CHANNELS + i] = word("channel-" + i);
      urls[HOT_CHANNELS + i] = word(random.nextInt(10) > 0 ? url + "&channel_id=" + Math.abs(Integer.reverse(i)) : url);
    }
  }

  private String drawUrl(SplittableRandom random) {
    return "https://www.nexmark.com/" + drawFolder(random) + "/" + drawFolder(random) + "/" + drawFolder(random) + "/item.htm?query=1";
  }

  private String drawFolder(SplittableRandom random) {
    int length = LENGTH_MIN + random.nextInt(5 - LENGTH_MIN);
    StringBuilder folder = new StringBuilder();
    for (int i = 0; i < length; i++) {
      folder.append(random.nextInt(13) == 0 ? '_' : (char) ('a' + random.nextInt(26)));
    }
    return folder.toString();
  }

  /** A text of at most so many letters and blanks, none of which stands at an end. */
  StringData drawText(SplittableRandom random, int lengthMax) {
    return StringData.fromBytes(java.util.Arrays.copyOf(buffer, drawInto(random, lengthMax, 0)));
  }

  StringData drawEmail(SplittableRandom random) {
    int end = drawInto(random, 7, 0);
    buffer[end++] = '@';
    end = drawInto(random, 5, end);
    for (char letter : ".com".toCharArray()) {
      buffer[end++] = (byte) letter;
    }
    return StringData.fromBytes(java.util.Arrays.copyOf(buffer, end));
  }

  StringData drawCard(SplittableRandom random) {
    int end = 0;
    for (int i = 0; i < 4; i++) {
      if (i > 0) {
        buffer[end++] = ' ';
      }
      int digits = random.nextInt(10_000);
      for (int power = 1000; power >= 1; power /= 10) {
        buffer[end++] = (byte) ('0' + digits / power % 10);
      }
    }
    return StringData.fromBytes(java.util.Arrays.copyOf(buffer, end));
  }

  /** A slice that is not copied; empty where the event has its average size without it. */
  StringData drawExtra(SplittableRandom random, int bytes, int averageBytes) {
    if (bytes > averageBytes) {
      return StringData.fromBytes(extra, 0, 0);
    }
    int missing = averageBytes - bytes;
    int delta = (int) Math.round(missing * 0.2);
    int length = missing - delta + (delta == 0 ? 0 : random.nextInt(2 * delta));
    return StringData.fromBytes(extra, random.nextInt(EXTRA_BYTES - length), length);
  }

  private int drawInto(SplittableRandom random, int lengthMax, int start) {
    int length = LENGTH_MIN + random.nextInt(lengthMax - LENGTH_MIN);
    int at = start;
    int end = start;
    for (int i = 0; i < length; i++) {
      if (random.nextInt(13) == 0) {
        if (at > start) {
          buffer[at++] = ' ';
        }
      } else {
        buffer[at++] = (byte) ('a' + random.nextInt(26));
        end = at;
      }
    }
    return end;
  }

  private static StringData[] wordsOf(String[] words) {
    StringData[] all = new StringData[words.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = word(words[i]);
    }
    return all;
  }

  private static StringData word(String text) {
    return StringData.fromBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
