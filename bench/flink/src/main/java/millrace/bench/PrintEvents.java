package millrace.bench;

import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;

/** Prints the first events, one a line, so that they can be compared with those of Millrace: kind, then the fields, times in milliseconds. */
public final class PrintEvents {
  private static final String[] FIELDS = {"lttttt@t", "lttll@@llt", "llltt@t"};

  public static void main(String[] arguments) {
    long count = Long.parseLong(arguments[0]);
    EventGenerator generator = new EventGenerator(10_000);
    try (PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8)) {
      for (long i = 0; i < count; i++) {
        out.println(lineOf(generator.next()));
      }
    }
  }

  private static String lineOf(RowData event) {
    int kind = event.getInt(0);
    String fields = FIELDS[kind];
    RowData row = event.getRow(1 + kind, fields.length());
    StringBuilder line = new StringBuilder("[").append(kind);
    for (int i = 0; i < fields.length(); i++) {
      line.append(',');
      switch (fields.charAt(i)) {
        case 'l' -> line.append(row.getLong(i));
        case '@' -> line.append(((TimestampData) row.getTimestamp(i, 3)).getMillisecond());
        // No text of an event needs an escape but the backslash, which lies between H and z.
        default -> line.append('"').append(row.getString(i).toString().replace("\\", "\\\\")).append('"');
      }
    }
    return line.append(']').toString();
  }
}
