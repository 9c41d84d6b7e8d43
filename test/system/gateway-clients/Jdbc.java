import java.sql.*;

/** Asks a gateway through Flink's JDBC driver; prints what it answers. */
public class Jdbc {
    public static void main(String[] arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:flink://" + arguments[0] + "?execution.runtime-mode=batch");
                Statement statement = connection.createStatement()) {
            System.out.println(connection.getCatalog() + "." + connection.getSchema());
            statement.execute(
                    "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '20000',"
                            + " 'rows-per-second' = '1000000', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '20000')");
            long sum = 0;
            long rows = 0;
            try (ResultSet results = statement.executeQuery("SELECT n FROM numbers")) {
                for (; results.next(); rows++) sum += results.getLong(1);
            }
            System.out.println(rows + " rows, sum " + sum);
            String query =
                    "SELECT 12345678901234567 AS big, CAST(1.5 AS DECIMAL(5, 2)) AS price, TIMESTAMP '2024-01-01 10:20:30.5' AS seen, 'ü' AS word,"
                            + " CAST(NULL AS INT) AS nothing, TRUE AS yes, DATE '2024-01-02' AS born, CAST(0.1 AS DOUBLE) AS tenth";
            try (ResultSet results = statement.executeQuery(query)) {
                ResultSetMetaData columns = results.getMetaData();
                results.next();
                for (int column = 1; column <= columns.getColumnCount(); column++) {
                    System.out.println(
                            columns.getColumnName(column) + " " + columns.getColumnTypeName(column) + " " + results.getObject(column));
                }
            }
            try {
                statement.executeQuery("SELECT * FROM missing");
            } catch (Exception error) {
                StringBuilder causes = new StringBuilder();
                for (Throwable cause = error; cause != null; cause = cause.getCause()) causes.append(cause.getMessage());
                System.out.println("refused: " + causes.toString().contains("table \"missing\" does not exist"));
            }
            try (ResultSet catalogs = connection.getMetaData().getCatalogs()) {
                while (catalogs.next()) System.out.println(catalogs.getString(1));
            }
        }
    }
}
