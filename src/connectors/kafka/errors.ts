/** Everything that can go wrong with Kafka. */
import { defineErrors } from '#base'

export const kafkaErrors = defineErrors({
  CONNECTORS_KAFKA_TOPIC_UNCLEAR: {
    blame: 'user',
    message: 'table "{table}" needs one of the options "topic" and "topic-pattern"',
    hint: "Give either 'topic' or 'topic-pattern'.",
  },
  CONNECTORS_KAFKA_TOPIC_NAME_MISMATCH: {
    blame: 'user',
    message: 'no topic can have the name "{topic}", which table "{table}" gives',
    detail: 'The name of a topic has at most 249 letters, digits, dots, hyphens and underscores.',
    hint: "Put ; between several topics, or give 'topic-pattern'.",
  },
  CONNECTORS_KAFKA_PATTERN_MISMATCH: {
    blame: 'user',
    message: 'option "topic-pattern" of table "{table}" is no regular expression',
  },
  CONNECTORS_KAFKA_OPTION_MISSING: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" is missing',
    detail: 'It belongs to {because}.',
  },
  CONNECTORS_KAFKA_OPTION_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" cannot be used',
  },
  CONNECTORS_KAFKA_OFFSETS_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" does not name offsets of partitions',
    hint: "Write 'partition:0,offset:42;partition:1,offset:300'.",
  },
  CONNECTORS_KAFKA_FILE_UNREADABLE: {
    blame: 'user',
    message: 'could not read "{path}", which option "{key}" of table "{table}" names',
  },
  CONNECTORS_KAFKA_UNREACHABLE: {
    blame: 'external',
    message: 'could not reach Kafka at "{address}"',
  },
  CONNECTORS_KAFKA_HOST_NOT_FOUND: {
    blame: 'user',
    message: 'host "{host}" does not exist',
    detail: 'Kafka was looked for at "{address}", and where its brokers say that they are.',
    hint: "Correct 'properties.bootstrap.servers', or what the brokers say of themselves in 'advertised.listeners'.",
  },
  CONNECTORS_KAFKA_TLS_EXPECTED: {
    blame: 'user',
    message: 'cannot connect to Kafka at "{address}" without encryption',
    hint: "Set 'properties.security.protocol' = 'SSL' or 'SASL_SSL'.",
  },
  CONNECTORS_KAFKA_TLS_NOT_EXPECTED: {
    blame: 'user',
    message: 'could not connect to Kafka at "{address}" with encryption',
    hint: "Set 'properties.security.protocol' = 'PLAINTEXT' or 'SASL_PLAINTEXT', or give the port for encrypted connections.",
  },
  CONNECTORS_KAFKA_CERTIFICATE_REFUSED: {
    blame: 'user',
    message: 'no encrypted connection to Kafka at "{address}" came about',
    hint: "Name the certificates to trust by 'properties.ssl.truststore.location', and the client's by 'properties.ssl.keystore.location'.",
  },
  CONNECTORS_KAFKA_LOGIN_REFUSED: {
    blame: 'user',
    message: 'could not log in to Kafka at "{address}"',
    hint: "Correct name and password in 'properties.sasl.jaas.config', and 'properties.sasl.mechanism'.",
  },
  CONNECTORS_KAFKA_UNAUTHORIZED: {
    blame: 'user',
    message: 'the right to {action} is missing',
    hint: 'Give the user the right by an ACL.',
  },
  CONNECTORS_KAFKA_TOPIC_NOT_FOUND: {
    blame: 'user',
    message: 'topic "{topic}" does not exist',
  },
  CONNECTORS_KAFKA_TOPIC_GONE: {
    blame: 'external',
    message: 'topic "{topic}" was deleted while it was read',
  },
  CONNECTORS_KAFKA_TOPIC_REPLACED: {
    blame: 'external',
    message: 'topic "{topic}" was deleted and created again',
    detail: 'Offsets of the topic that was read before mean nothing in the new one.',
    hint: 'Start work of another name, which reads the new topic from where its options say.',
  },
  CONNECTORS_KAFKA_PARTITION_NOT_FOUND: {
    blame: 'user',
    message: 'topic "{topic}" has no partition {partition}',
  },
  CONNECTORS_KAFKA_OFFSET_GONE: {
    blame: 'external',
    message: 'offset {offset} of partition {partition} of topic "{topic}" is not there',
    hint: "Set 'properties.auto.offset.reset' = 'earliest' to go on with what is left, which loses what is missing.",
  },
  CONNECTORS_KAFKA_OFFSET_MISSING: {
    blame: 'user',
    message: 'group "{group}" has no offset for partition {partition} of topic "{topic}"',
    hint: "Set 'properties.auto.offset.reset' = 'earliest' or 'latest', or another 'scan.startup.mode'.",
  },
  CONNECTORS_KAFKA_OFFSET_TOO_LARGE: {
    blame: 'external',
    message: 'offset {offset} of partition {partition} of topic "{topic}" is larger than 2^53',
  },
  CONNECTORS_KAFKA_POSITION_MISMATCH: {
    blame: 'user',
    message: 'the position to go on from does not belong to table "{table}"',
  },
  CONNECTORS_KAFKA_BATCH_DAMAGED: {
    blame: 'external',
    message: 'messages from offset {offset} of partition {partition} of topic "{topic}" are damaged',
  },
  CONNECTORS_KAFKA_BATCH_TOO_OLD: {
    blame: 'external',
    message: 'messages from offset {offset} of partition {partition} of topic "{topic}" have an old form',
    detail: 'Expected form 2, which Kafka writes since version 0.11, got form {magic}.',
  },
  CONNECTORS_KAFKA_BATCH_TOO_LARGE: {
    blame: 'external',
    message: 'messages from offset {offset} of partition {partition} of topic "{topic}" are too large',
  },
  CONNECTORS_KAFKA_VERSION_UNSUPPORTED: {
    blame: 'external',
    message: 'could not {request}: Kafka at "{address}" is too old or too new',
  },
  CONNECTORS_KAFKA_ANSWER_UNCLEAR: {
    blame: 'external',
    message: 'what Kafka at "{address}" answered could not be understood',
  },
  CONNECTORS_KAFKA_REQUEST_REFUSED: {
    blame: 'external',
    message: 'could not {action}: Kafka refused it',
  },
  CONNECTORS_KAFKA_TRANSACTION_LOST: {
    blame: 'external',
    message: 'could not commit transaction "{id}": rows of table "{table}" are lost',
  },
  CONNECTORS_KAFKA_TRANSACTION_TIMED_OUT: {
    blame: 'external',
    message: 'a transaction of table "{table}" was open for more than {timeoutMs} ms',
    detail: 'Kafka has aborted it before the next checkpoint. Nothing is lost: its rows are written again.',
    hint: "Take checkpoints more often, or raise 'properties.transaction.timeout.ms'.",
  },
  CONNECTORS_KAFKA_TRANSACTION_TIMEOUT_REFUSED: {
    blame: 'user',
    message: 'transactions of {timeoutMs} ms, which table "{table}" asks for, are longer than Kafka allows',
    hint: "Lower 'properties.transaction.timeout.ms', or raise 'transaction.max.timeout.ms' of the brokers, which is 15 minutes by default.",
  },
  CONNECTORS_KAFKA_WRITER_FENCED: {
    blame: 'external',
    message: 'another run writes with the prefix of transactions "{prefix}", which table "{table}" has',
    hint: "Give each run a 'sink.transactional-id-prefix' of its own.",
  },
  CONNECTORS_KAFKA_MESSAGE_REFUSED: {
    blame: 'user',
    message: 'topic "{topic}" does not take the row with the key {key}',
  },
  CONNECTORS_KAFKA_METADATA_READ_ONLY: {
    blame: 'user',
    message: 'metadata "{key}" of table "{table}" cannot be written',
    detail: 'What can be written is {writable}.',
    hint: 'Add VIRTUAL to column "{column}".',
  },
  CONNECTORS_KAFKA_METADATA_TYPE_MISMATCH: {
    blame: 'user',
    message: 'expected {expected} for column "{column}" of table "{table}", got {type}',
    detail: 'It holds metadata "{key}" of messages.',
  },
  CONNECTORS_KAFKA_TOPIC_OF_ROW_MISMATCH: {
    blame: 'user',
    message: 'a row of table "{table}" has no topic of that table',
  },
  CONNECTORS_KAFKA_TOPIC_COLUMN_MISSING: {
    blame: 'user',
    message: 'table "{table}" does not say which of its topics a row goes to',
    hint: 'Name one topic, or add a column such as topic STRING METADATA.',
  },
})
