"""The desk's durable store: schema, migrations, the one writer's journal, and the queries of people and programs.

SQLite is the embedded default, PostgreSQL is chosen by its URL; both keep the same tables and pass the same tests.
"""
