package millrace.bench;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.nio.ByteBuffer;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.table.data.RowData;

/** All events as one split, which the first reader gets. */
final class NexmarkSource implements Source<RowData, NexmarkSource.Split, Boolean> {
  private static final long serialVersionUID = 1;
  private final long eventsMax;
  private final int eventsPerSecond;

  NexmarkSource(long eventsMax, int eventsPerSecond) {
    this.eventsMax = eventsMax;
    this.eventsPerSecond = eventsPerSecond;
  }

  /** What is read, and how many events of it have been. */
  static final class Split implements SourceSplit {
    final long events;

    Split(long events) {
      this.events = events;
    }

    @Override
    public String splitId() {
      return "events";
    }
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<RowData, Split> createReader(SourceReaderContext context) {
    return new Reader(context);
  }

  @Override
  public SplitEnumerator<Split, Boolean> createEnumerator(SplitEnumeratorContext<Split> context) {
    return new Enumerator(context, false);
  }

  @Override
  public SplitEnumerator<Split, Boolean> restoreEnumerator(SplitEnumeratorContext<Split> context, Boolean assigned) {
    return new Enumerator(context, assigned);
  }

  @Override
  public SimpleVersionedSerializer<Split> getSplitSerializer() {
    return new SplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<Boolean> getEnumeratorCheckpointSerializer() {
    return new AssignedSerializer();
  }

  private final class Reader implements SourceReader<RowData, Split> {
    private final SourceReaderContext context;
    private final CompletableFuture<Void> hasSplit = new CompletableFuture<>();
    private EventGenerator generator;

    Reader(SourceReaderContext context) {
      this.context = context;
    }

    @Override
    public void start() {
      context.sendSplitRequest();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<RowData> output) {
      if (generator == null) {
        return hasSplit.isDone() ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
      }
      if (generator.events() >= eventsMax) {
        return InputStatus.END_OF_INPUT;
      }
      output.collect(generator.next());
      return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public List<Split> snapshotState(long checkpoint) {
      return generator == null ? List.of() : List.of(new Split(generator.events()));
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return hasSplit;
    }

    @Override
    public void addSplits(List<Split> splits) {
      EventGenerator begun = new EventGenerator(eventsPerSecond);
      while (begun.events() < splits.get(0).events) {
        begun.next();
      }
      generator = begun;
      hasSplit.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {
      hasSplit.complete(null);
    }

    @Override
    public void close() {}
  }

  private static final class Enumerator implements SplitEnumerator<Split, Boolean> {
    private final SplitEnumeratorContext<Split> context;
    private boolean assigned;

    Enumerator(SplitEnumeratorContext<Split> context, boolean assigned) {
      this.context = context;
      this.assigned = assigned;
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int reader, String host) {
      if (!assigned) {
        assigned = true;
        context.assignSplit(new Split(0), reader);
      }
      context.signalNoMoreSplits(reader);
    }

    @Override
    public void addSplitsBack(List<Split> splits, int reader) {
      for (Split split : splits) {
        context.assignSplit(split, reader);
      }
    }

    @Override
    public void addReader(int reader) {}

    @Override
    public Boolean snapshotState(long checkpoint) {
      return assigned;
    }

    @Override
    public void close() {}
  }

  private static final class SplitSerializer implements SimpleVersionedSerializer<Split> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Split split) {
      return ByteBuffer.allocate(8).putLong(split.events).array();
    }

    @Override
    public Split deserialize(int version, byte[] bytes) {
      return new Split(ByteBuffer.wrap(bytes).getLong());
    }
  }

  private static final class AssignedSerializer implements SimpleVersionedSerializer<Boolean> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Boolean assigned) {
      return new byte[] {(byte) (assigned ? 1 : 0)};
    }

    @Override
    public Boolean deserialize(int version, byte[] bytes) {
      return bytes[0] == 1;
    }
  }
}
