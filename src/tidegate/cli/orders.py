"""`tidegate order`: which commands there are about orders."""

import typer

from tidegate.cli import order_changing, order_entry, order_reading

orders = typer.Typer(help="Place, follow, change and cancel orders.", no_args_is_help=True)
orders.command()(order_entry.place)
orders.command("list")(order_reading.list_orders)
orders.command()(order_reading.show)
orders.command()(order_changing.amend)
orders.command()(order_changing.cancel)
orders.command("cancel-all")(order_changing.cancel_all)
orders.command()(order_reading.watch)
