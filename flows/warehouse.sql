-- Tables that Python writes. dbt reads them as sources and writes staging, intermediate and marts.
create schema if not exists raw;
create schema if not exists parsed;
create schema if not exists quality;
create schema if not exists ops;

create table if not exists raw.documents (
    document_id varchar primary key,
    source_id varchar not null,
    publisher varchar,
    title varchar,
    uri varchar not null,
    url varchar,
    authors varchar[],
    language varchar,
    published_at timestamptz,
    published_on date,
    published_basis varchar,
    dateline_place varchar,
    dateline_agency varchar,
    body varchar not null,
    word_count integer not null,
    content_sha256 varchar not null,
    media_type varchar not null,
    encoding varchar,
    raw blob not null,
    cleaner_version varchar not null,
    first_seen_at timestamptz not null,
    run_id varchar not null
);

-- Which inputs were read, so that an unchanged one is not read again.
create table if not exists raw.inputs (
    source_id varchar not null,
    uri varchar not null,
    input_sha256 varchar not null,
    size_bytes bigint not null,
    cleaner_version varchar not null,
    document_count integer not null,
    run_id varchar not null,
    seen_at timestamptz not null,
    primary key (source_id, uri)
);

create table if not exists quality.rejected_inputs (
    source_id varchar not null,
    uri varchar not null,
    stage varchar not null,
    reason varchar not null,
    bytes bigint,
    run_id varchar not null,
    primary key (source_id, uri, stage)
);

-- One row per document read by one extractor; its findings are in the tables below under the same document_id.
create table if not exists parsed.documents (
    document_id varchar primary key,
    extractor_version varchar not null,
    published_on date,
    sentence_count integer not null,
    word_count integer not null,
    parsed_at timestamptz not null,
    run_id varchar not null
);

create table if not exists parsed.sentences (
    sentence_id varchar not null,
    document_id varchar not null,
    position integer not null,
    char_start integer not null,
    char_end integer not null,
    surface varchar not null
);

create table if not exists parsed.entities (
    document_id varchar not null,
    entity_id varchar not null,
    entity_name varchar not null,
    entity_type varchar not null,
    wikidata_id varchar,
    country_iso3 varchar,
    sector varchar,
    aliases varchar[],
    is_curated boolean not null
);

create table if not exists parsed.mentions (
    mention_id varchar not null,
    document_id varchar not null,
    sentence_id varchar not null,
    char_start integer not null,
    char_end integer not null,
    surface varchar not null,
    entity_id varchar not null,
    ner_label varchar,
    link_method varchar not null,
    confidence double not null
);

create table if not exists parsed.figures (
    figure_id varchar not null,
    document_id varchar not null,
    sentence_id varchar not null,
    char_start integer not null,
    char_end integer not null,
    surface varchar not null,
    kind varchar not null,
    value decimal(38, 9),
    value_low decimal(38, 9),
    value_high decimal(38, 9),
    comparator varchar not null,
    unit_code varchar,
    unit_surface varchar,
    dimension varchar,
    counted_noun varchar,
    measure varchar,
    measure_surface varchar,
    commodity varchar,
    supplier_entity_id varchar,
    recipient_entity_id varchar,
    subject_entity_id varchar,
    period_start date,
    period_end date,
    period_surface varchar,
    period_basis varchar,
    status varchar not null,
    base_figure_id varchar,
    direction varchar,
    change_basis varchar,
    is_record boolean not null,
    speaker_entity_id varchar,
    confidence double not null,
    explanation varchar
);

-- One row per event mention, with the event's own columns; event_id joins mentions inside one document.
create table if not exists parsed.events (
    event_mention_id varchar not null,
    event_id varchar not null,
    document_id varchar not null,
    sentence_id varchar not null,
    char_start integer not null,
    char_end integer not null,
    surface varchar not null,
    speaker_entity_id varchar,
    confidence double not null,
    event_type varchar not null,
    event_mode varchar,
    cameo_code varchar,
    quad_class varchar,
    intensity double,
    event_name varchar,
    status varchar not null,
    date_start date,
    date_end date,
    date_surface varchar,
    date_basis varchar,
    place_entity_id varchar,
    place_country_iso3 varchar
);

create table if not exists parsed.event_participants (
    document_id varchar not null,
    event_mention_id varchar not null,
    entity_id varchar not null,
    role varchar not null
);

create table if not exists parsed.event_figures (
    document_id varchar not null,
    event_mention_id varchar not null,
    figure_id varchar not null
);

-- Which near-duplicates are one story; written by flows/stories.py before dbt runs.
create table if not exists parsed.stories (
    document_id varchar primary key,
    story_id varchar not null,
    is_syndicated_copy boolean not null,
    signature blob not null
);

-- Rows kept out of the marts. dbt reads this as a source: what stands here is left out of the mart it names.
create table if not exists quality.withheld (
    table_name varchar not null,
    row_id varchar not null,
    expectation varchar not null,
    column_name varchar,
    observed varchar,
    reason varchar not null,
    document_id varchar,
    surface varchar,
    run_id varchar not null
);

create table if not exists quality.expectation_results (
    table_name varchar not null,
    expectation varchar not null,
    column_name varchar,
    success boolean not null,
    observed varchar,
    expected varchar,
    severity varchar,
    unexpected_count bigint,
    run_id varchar not null
);

-- Which run took a document in, and which read it: a row of a release is traced to its runs by its document.
create table if not exists quality.document_runs (
    document_id varchar not null,
    ingest_run_id varchar not null,
    parse_run_id varchar
);

-- Measures of the marts that rules compare with the releases before; each release carries its own.
create table if not exists quality.profile (
    table_name varchar not null,
    metric varchar not null,
    column_name varchar,
    group_by varchar,
    group_value varchar,
    value varchar,
    row_count bigint not null,
    amount double not null,
    run_id varchar not null
);

create table if not exists ops.runs (
    run_id varchar primary key,
    command varchar not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    outcome varchar,
    release_id varchar,
    summary json
);

-- Written by flows/migrations.py; raise SCHEMA_VERSION there with every change of this file.
create table if not exists ops.schema_version (version integer not null);
