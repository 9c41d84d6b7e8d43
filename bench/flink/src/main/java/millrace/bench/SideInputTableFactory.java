package millrace.bench;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;

/** Tables of 'connector' = 'side-input-own': the rows of the side input, looked up in memory. Flink cannot look up rows of a file. */
public final class SideInputTableFactory implements DynamicTableSourceFactory {
  @Override
  public String factoryIdentifier() {
    return "side-input-own";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    return new TableSource();
  }

  private static final class TableSource implements LookupTableSource {
    @Override
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
      return LookupFunctionProvider.of(new Rows());
    }

    @Override
    public DynamicTableSource copy() {
      return this;
    }

    @Override
    public String asSummaryString() {
      return "Side input";
    }
  }

  public static final class Rows extends LookupFunction {
    private static final int KEYS = 10_000;
    private transient List<RowData>[] rows;

    @Override
    @SuppressWarnings("unchecked")
    public void open(FunctionContext context) {
      rows = new List[KEYS];
      for (int key = 0; key < KEYS; key++) {
        rows[key] = List.of(GenericRowData.of((long) key, StringData.fromString("v" + key)));
      }
    }

    @Override
    public Collection<RowData> lookup(RowData key) {
      long wanted = key.getLong(0);
      return wanted >= 0 && wanted < KEYS ? rows[(int) wanted] : List.of();
    }
  }
}
