package millrace.bench;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;

/** Tables of 'connector' = 'nexmark-own', with the columns of the Nexmark tables of Millrace in their order. */
public final class NexmarkTableFactory implements DynamicTableSourceFactory {
  private static final ConfigOption<Long> EVENTS = ConfigOptions.key("events.num").longType().noDefaultValue();
  private static final ConfigOption<Integer> RATE = ConfigOptions.key("first-event.rate").intType().defaultValue(10_000);

  @Override
  public String factoryIdentifier() {
    return "nexmark-own";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(EVENTS);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(RATE);
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    FactoryUtil.TableFactoryHelper options = FactoryUtil.createTableFactoryHelper(this, context);
    options.validate();
    return new TableSource(options.getOptions().get(EVENTS), options.getOptions().get(RATE));
  }

  private record TableSource(long eventsMax, int eventsPerSecond) implements ScanTableSource {
    @Override
    public ChangelogMode getChangelogMode() {
      return ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
      return SourceProvider.of(new NexmarkSource(eventsMax, eventsPerSecond), 1);
    }

    @Override
    public DynamicTableSource copy() {
      return this;
    }

    @Override
    public String asSummaryString() {
      return "Nexmark events";
    }
  }
}
