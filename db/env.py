"""Runs the migrations on the connection that the desk hands over; imports nothing of the desk's own code."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
