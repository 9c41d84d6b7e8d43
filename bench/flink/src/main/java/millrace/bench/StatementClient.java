package millrace.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;

/**
 * Runs files of statements on a cluster, one for each line that it reads, and answers each with a line: "done", the milliseconds that
 * the job of the last statement ran, and the count and the digest of its rows where its sink has them, or "failed" and why. Arguments are settings, key=value.
 */
public final class StatementClient {
  public static void main(String[] arguments) throws Exception {
    Configuration settings = new Configuration();
    for (String argument : arguments) {
      int at = argument.indexOf('=');
      settings.setString(argument.substring(0, at), argument.substring(at + 1));
    }
    BufferedReader files = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    for (String file = files.readLine(); file != null; file = files.readLine()) {
      System.out.println(answerTo(Path.of(file), settings));
    }
    System.exit(0);
  }

  private static String answerTo(Path file, Configuration settings) {
    try {
      TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(settings).build());
      TableResult last = null;
      // A line that is a semicolon ends a statement.
      for (String statement : List.of(Files.readString(file).split("\n;\n"))) {
        if (!statement.isBlank()) {
          last = tables.executeSql(statement);
        }
      }
      JobExecutionResult result = last.getJobClient().orElseThrow().getJobExecutionResult().get();
      Long rows = result.getAccumulatorResult("rows");
      Long digest = result.getAccumulatorResult("digest");
      return "done " + result.getNetRuntime() + (rows == null || digest == null ? "" : " " + rows + " " + String.format("%016x", digest));
    } catch (Exception error) {
      Throwable cause = error;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return "failed " + String.valueOf(cause.getMessage()).replace('\n', ' ');
    }
  }
}
