/** What goes wrong with clusters and with programs that are started for them. */
import { defineErrors } from '#base'

export const clusterErrors = defineErrors({
  CLUSTER_NAME: {
    blame: 'user',
    message: '"{name}" is no name of a cluster',
    hint: 'Use small letters, digits and dashes, as in "dev-1".',
  },
  CLUSTER_NOT_FOUND: { blame: 'user', message: 'cluster "{name}" is not known' },
  CLUSTER_EXISTS: { blame: 'user', message: 'cluster "{name}" is known already', hint: 'Stop or remove it first, or give another name.' },
  CLUSTER_NOT_OURS: {
    blame: 'user',
    message: 'cluster "{name}" was not started here',
    hint: 'Forget it with millrace cluster remove; it runs on.',
  },
  CLUSTER_OURS: { blame: 'user', message: 'cluster "{name}" was started here', hint: 'End it with millrace cluster stop.' },
  CLUSTER_ADDRESS: { blame: 'user', message: '"{url}" is no address', hint: 'It is like http://127.0.0.1:8083.' },
  CLUSTER_REST: {
    blame: 'user',
    message: 'the address of the job manager of cluster "{name}" is not known',
    hint: 'Remove the cluster, and add it with --rest.',
  },
  CLUSTER_PLAN_FOLDER: {
    blame: 'user',
    message: 'no folder is known that the gateway of cluster "{name}" and this machine both see',
    hint: 'Add the cluster with --plan-folder, a folder that both have under one name, or write hints (STATE_TTL) in the script.',
  },
  CLUSTER_PLAN_FILES: { blame: 'external', message: 'files for plans in "{folder}" cannot be written or read' },
  CLUSTER_PLAN_LARGE: { blame: 'external', message: 'the plan of the job has {bytes} bytes, and up to {max} are read' },
  CLUSTER_CREDENTIALS: {
    blame: 'user',
    message: 'an address holds no name and no password',
    hint: 'Give the headers that the cluster wants in FLINK_REST_CLIENT_HEADERS.',
  },
  CLUSTER_STARTING: {
    blame: 'user',
    message: 'cluster "{name}" is being started, or its start was broken off',
    hint: 'Wait for it, or end it with millrace cluster stop.',
  },
  CLUSTER_VERSION: { blame: 'user', message: 'version {version} of Flink is not known', hint: 'Known are {known}.' },
  CLUSTER_FILE: { blame: 'external', message: 'the clusters in "{path}" cannot be read', hint: 'Repair the file, or remove it.' },
  CLUSTER_PROGRAM: {
    blame: 'external',
    message: 'the program "{program}" is needed to start Flink here, and does not run',
    hint: 'Install Java 17 and Maven.',
  },
  CLUSTER_FETCH: { blame: 'external', message: 'could not fetch {what}' },
  CLUSTER_CONNECTOR: { blame: 'user', message: 'engine "flink" has no {kind} "{name}"' },
  CLUSTER_LIBRARY: {
    blame: 'user',
    message: 'no library for {kind} "{name}" is published for Flink {version}',
    hint: 'Run it here, without --engine flink, or bring a library of your own with ADD JAR.',
  },
  CLUSTER_JAR: { blame: 'user', message: '"{path}" is not a JAR, or not a whole one' },
  CLUSTER_JAR_FILE: { blame: 'user', message: 'the JAR "{path}" cannot be read' },
  CLUSTER_JAR_CLASH: {
    blame: 'user',
    message: 'the JARs {one} and {other} do not go together: each has a class {className} of its own',
    hint: 'Use one of them at a time.',
  },
  CLUSTER_ANSWER: { blame: 'external', message: 'it answered {answer}, which is not of Flink' },
  CLUSTER_APPLICATION: { blame: 'user', message: 'the script does not run on Flink: {reason}' },
  CLUSTER_APPLICATION_VERSION: {
    blame: 'user',
    message: 'version {version} of Flink runs no script as an application',
    hint: 'Flink 2.3.0 does.',
  },
  CLUSTER_OF_APPLICATION: {
    blame: 'user',
    message: 'cluster "{name}" runs one script, and takes no statements',
    hint: 'Ask for its job with millrace job.',
  },
  CLUSTER_START: { blame: 'external', message: 'the {part} of Flink did not start' },
})
