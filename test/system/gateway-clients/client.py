"""Asks a gateway through two clients of others; prints what it answers."""
import sys

import httpx
from flink_gateway import connect
from flink_gateway_api import AuthenticatedClient
from flink_gateway_api.api.default import close_session, execute_statement, fetch_results, open_session
from flink_gateway_api.models import ExecuteStatementRequestBody, OpenSessionRequestBody, RowFormat

url, token = sys.argv[1:]

with AuthenticatedClient(url, token=token) as client:
    session = open_session.sync(client=client, body=OpenSessionRequestBody.from_dict({"sessionName": "python"})).session_handle
    statement = ExecuteStatementRequestBody.from_dict({"statement": "SELECT 23 AS age, 'Ada' AS name"})
    operation = execute_statement.sync(session, client=client, body=statement).operation_handle
    page = fetch_results.sync(session, operation, 0, client=client, row_format=RowFormat.JSON)
    print(page.result_type, [row.additional_properties["fields"] for row in page.results.data])
    print(close_session.sync(session, client=client).status)

with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as http, connect(url, http_client=http) as connection:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '12000', 'rows-per-second' = '1000000',"
            " 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '12000')"
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, TIMESTAMP '2024-01-01 10:20:30' AS seen, ARRAY[1, 2] AS parts FROM numbers")
        rows = cursor.fetchall()
        print(len(rows), sum(row[0] for row in rows), rows[0][1].isoformat(), rows[0][2])
