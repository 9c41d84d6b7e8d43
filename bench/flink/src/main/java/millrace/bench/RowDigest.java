package millrace.bench;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.apache.flink.streaming.api.functions.sink.legacy.RichSinkFunction;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.types.RowKind;

/**
 * The sum of the hashes of all rows, those that are taken back subtracted. A row is hashed column by column: a number by the eight bytes
 * of its double, a text by the bytes of its UTF-8, eight at a time. It leaves the counters "rows" and "digest".
 */
public final class RowDigest extends RichSinkFunction<RowData> {
  private static final int START_LOW = 0x811c9dc5;
  private static final int START_HIGH = 0x9747b28c;
  private static final int NULL_LOW = 1;
  private static final int NULL_HIGH = 0x7ff80000;
  private static final int BIGGEST_SAFE_BITS = 53;

  private final LogicalType[] types;
  private transient int sumLow;
  private transient int sumHigh;
  private transient long rows;
  /** What the row has come to. */
  private transient int low;
  private transient int high;

  RowDigest(RowType type) {
    types = type.getChildren().toArray(LogicalType[]::new);
  }

  @Override
  public void open(OpenContext context) {
    sumLow = 0;
    sumHigh = 0;
    rows = 0;
  }

  @Override
  public void invoke(RowData row, Context context) {
    low = START_LOW;
    high = START_HIGH;
    for (int column = 0; column < types.length; column++) {
      if (row.isNullAt(column)) mix(NULL_LOW, NULL_HIGH);
      else addValue(row, column, types[column]);
    }
    int rowLow = mixLow(low, high >>> 16);
    int rowHigh = mixHigh(high, rowLow >>> 15);
    RowKind kind = row.getRowKind();
    int sign = kind == RowKind.UPDATE_BEFORE || kind == RowKind.DELETE ? -1 : 1;
    sumLow += sign * rowLow;
    sumHigh += sign * rowHigh;
    rows += sign;
  }

  @Override
  public void close() {
    LongCounter count = new LongCounter(rows);
    LongCounter digest = new LongCounter(((long) sumHigh << 32) | (sumLow & 0xffffffffL));
    getRuntimeContext().addAccumulator("rows", count);
    getRuntimeContext().addAccumulator("digest", digest);
  }

  private void addValue(RowData row, int column, LogicalType type) {
    switch (type.getTypeRoot()) {
      case BOOLEAN -> addNumber(row.getBoolean(column) ? 1 : 0);
      case TINYINT -> addNumber(row.getByte(column));
      case SMALLINT -> addNumber(row.getShort(column));
      case INTEGER, DATE, TIME_WITHOUT_TIME_ZONE, INTERVAL_YEAR_MONTH -> addNumber(row.getInt(column));
      case BIGINT, INTERVAL_DAY_TIME -> addInteger(row.getLong(column));
      case FLOAT -> addNumber(row.getFloat(column));
      case DOUBLE -> addNumber(row.getDouble(column));
      case DECIMAL -> addDecimal(row, column, (DecimalType) type);
      case TIMESTAMP_WITHOUT_TIME_ZONE -> addTimestamp(row, column, ((TimestampType) type).getPrecision());
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> addTimestamp(row, column, ((LocalZonedTimestampType) type).getPrecision());
      case CHAR, VARCHAR -> addText(row.getString(column));
      case BINARY, VARBINARY -> addBytes(row.getBinary(column));
      default -> throw new UnsupportedOperationException("no digest of " + type);
    }
  }

  private void addNumber(double value) {
    // Zero has one form.
    long bits = Double.doubleToRawLongBits(value + 0.0);
    mix((int) bits, (int) (bits >>> 32));
  }

  private void addInteger(long value) {
    if (Math.abs(value) < 1L << BIGGEST_SAFE_BITS) addNumber(value);
    else addFolded(BigInteger.valueOf(value));
  }

  private void addDecimal(RowData row, int column, DecimalType type) {
    DecimalData value = row.getDecimal(column, type.getPrecision(), type.getScale());
    if (value.isCompact()) addInteger(value.toUnscaledLong());
    else addUnscaled(value.toBigDecimal().unscaledValue());
  }

  private void addUnscaled(BigInteger value) {
    if (value.bitLength() <= BIGGEST_SAFE_BITS) addNumber(value.longValue());
    else addFolded(value);
  }

  /** The lowest 53 bits, with a sign, of the number and of what it has above them. */
  private void addFolded(BigInteger value) {
    long folded = value.xor(value.shiftRight(BIGGEST_SAFE_BITS)).longValue();
    int unused = Long.SIZE - BIGGEST_SAFE_BITS;
    addNumber(folded << unused >> unused);
  }

  private void addTimestamp(RowData row, int column, int precision) {
    TimestampData value = row.getTimestamp(column, precision);
    if (precision <= 3) addInteger(value.getMillisecond());
    else if (precision <= 6) addInteger(value.getMillisecond() * 1000 + value.getNanoOfMillisecond() / 1000);
    else addUnscaled(BigInteger.valueOf(value.getMillisecond()).multiply(BigInteger.valueOf(1_000_000)).add(BigInteger.valueOf(value.getNanoOfMillisecond())));
  }

  private void addText(StringData value) {
    if (value instanceof BinaryStringData text) {
      text.ensureMaterialized();
      MemorySegment[] segments = text.getSegments();
      if (segments.length == 1) addSegment(segments[0], text.getOffset(), text.getSizeInBytes());
      else addBytes(text.toBytes());
    } else {
      addBytes(value.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void addBytes(byte[] bytes) {
    addSegment(MemorySegmentFactory.wrap(bytes), 0, bytes.length);
  }

  private void addSegment(MemorySegment segment, int start, int size) {
    int textLow = START_LOW;
    int textHigh = START_HIGH;
    int end = start + size;
    int at = start;
    for (; at + 8 <= end; at += 8) {
      long word = segment.getLongLittleEndian(at);
      textLow = mixLow(textLow, (int) word);
      textHigh = mixHigh(textHigh, (int) (word >>> 32));
    }
    if (at < end) {
      long word = 0;
      for (int i = end - 1; i >= at; i--) word = word << 8 | segment.get(i) & 0xff;
      textLow = mixLow(textLow, (int) word);
      textHigh = mixHigh(textHigh, (int) (word >>> 32));
    }
    mix(mixLow(textLow, size), mixHigh(textHigh, size));
  }

  private void mix(int wordLow, int wordHigh) {
    low = mixLow(low, wordLow);
    high = mixHigh(high, wordHigh);
  }

  private static int mixLow(int hash, int word) {
    int mixed = (hash ^ word) * 0x01000193;
    return mixed ^ mixed >>> 15;
  }

  private static int mixHigh(int hash, int word) {
    int mixed = (hash ^ word) * 0x85ebca6b;
    return mixed ^ mixed >>> 13;
  }
}
