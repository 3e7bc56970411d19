//! Orders of a made-up shop. Updates live in memory and end with the process.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

use super::{Answer, Args, object};
use crate::error::{Error, Kind, Result};

pub(super) const INSTRUCTIONS: &str = "Orders A-1001 to A-1012 of a demo shop. Changes last until the server restarts.";
pub(super) const UPDATE: &str = "update_order_status";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Pending,
    Paid,
    Shipped,
    Delivered,
    Returned,
    Cancelled,
}

impl Status {
    const ALL: [Self; 6] = [Self::Pending, Self::Paid, Self::Shipped, Self::Delivered, Self::Returned, Self::Cancelled];

    /// In the order of the variants.
    const NAMES: [&str; 6] = ["pending", "paid", "shipped", "delivered", "returned", "cancelled"];

    const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    const fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Paid, Self::Cancelled],
            Self::Paid => &[Self::Shipped, Self::Cancelled],
            Self::Shipped => &[Self::Delivered, Self::Returned],
            Self::Delivered => &[Self::Returned],
            Self::Returned | Self::Cancelled => &[],
        }
    }

    fn parse(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text).ok_or_else(|| {
            let known = Self::NAMES.join("`, `");
            Error::invalid(format!("Parameter `status` must be one of `{known}`."))
        })
    }
}

/// Id, name, e-mail.
type Customer = [&'static str; 3];
/// Name, quantity, unit price in cents.
type Item = (&'static str, u32, u32);

const ADA: Customer = ["C-201", "Ada Moreno", "ada.moreno@example.com"];
const BEN: Customer = ["C-202", "Ben Okafor", "ben.okafor@example.com"];
const CHLOE: Customer = ["C-203", "Chloe Lindqvist", "chloe.lindqvist@example.com"];
const DEV: Customer = ["C-204", "Dev Raman", "dev.raman@example.com"];
const EVA: Customer = ["C-205", "Eva Novak", "eva.novak@example.com"];

#[derive(Clone, Copy)]
struct Order {
    id: &'static str,
    customer: Customer,
    placed_on: &'static str,
    status: Status,
    items: &'static [Item],
}

const fn order(key: [&'static str; 2], customer: Customer, status: Status, items: &'static [Item]) -> Order {
    Order { id: key[0], placed_on: key[1], customer, status, items }
}

const ORDERS: [Order; 12] = [
    order(["A-1001", "2026-04-02"], ADA, Status::Delivered, &[("Trail running shoes", 1, 11900), ("Socks", 3, 950)]),
    order(["A-1002", "2026-04-09"], BEN, Status::Returned, &[("Espresso grinder", 1, 24900)]),
    order(["A-1003", "2026-04-21"], CHLOE, Status::Delivered, &[("Desk lamp", 2, 6490)]),
    order(["A-1004", "2026-05-03"], ADA, Status::Delivered, &[("Rain jacket", 1, 13900)]),
    order(["A-1005", "2026-05-11"], DEV, Status::Cancelled, &[("Mechanical keyboard", 1, 15900)]),
    order(["A-1006", "2026-05-18"], EVA, Status::Delivered, &[("Cookbook", 1, 3200), ("Cast-iron pan", 1, 5850)]),
    order(["A-1007", "2026-05-29"], BEN, Status::Shipped, &[("Coffee beans 1 kg", 2, 2190)]),
    order(["A-1008", "2026-06-04"], CHLOE, Status::Shipped, &[("Standing desk", 1, 48900), ("Cable tray", 1, 2400)]),
    order(["A-1009", "2026-06-08"], DEV, Status::Paid, &[("USB-C dock", 1, 17900)]),
    order(["A-1010", "2026-06-11"], ADA, Status::Paid, &[("Hiking poles", 1, 7490), ("Head torch", 1, 3990)]),
    order(["A-1011", "2026-06-13"], EVA, Status::Pending, &[("Tea set", 1, 4500)]),
    order(["A-1012", "2026-06-14"], BEN, Status::Pending, &[("Milk frother", 1, 2990), ("Descaler", 2, 750)]),
];

impl Order {
    fn total(&self) -> u32 {
        self.items.iter().map(|(_, quantity, price)| quantity * price).sum()
    }

    fn summary(&self) -> Value {
        json!({
            "order_id": self.id,
            "placed_on": self.placed_on,
            "status": self.status.name(),
            "total": euros(self.total()),
            "currency": "EUR",
        })
    }

    fn details(&self) -> Value {
        let item =
            |&(name, quantity, price): &Item| json!({"name": name, "quantity": quantity, "unit_price": euros(price)});
        let mut details = self.summary();
        details["customer"] = person(self.customer);
        details["items"] = self.items.iter().map(item).collect();
        details
    }

    fn line(&self) -> String {
        let (total, status) = (euros(self.total()), self.status.name());
        format!("{}: {status}, placed on {}, total {total:.2} EUR", self.id, self.placed_on)
    }
}

fn person([id, name, email]: Customer) -> Value {
    json!({"id": id, "name": name, "email": email})
}

fn euros(cents: u32) -> f64 {
    f64::from(cents) / 100.0
}

/// Every order, with the changes made since the start.
pub(super) struct Book(Vec<Order>);

impl Book {
    pub(super) fn new() -> Self {
        Self(ORDERS.to_vec())
    }

    pub(super) fn call(&mut self, tool: &str, args: &Args) -> Result<Answer> {
        match tool {
            "find_order" => self.find(args.text("order_id")?).map(|order| {
                let items = order.items.iter().map(|(name, quantity, _)| format!("{quantity} x {name}"));
                let text = format!("{}. {}.", order.line(), items.collect::<Vec<_>>().join(", "));
                Answer { text, data: order.details() }
            }),
            "list_customer_orders" => self.list(args),
            UPDATE => self.update(args.text("order_id")?, Status::parse(args.text("status")?)?),
            _ => Err(Error::not_found(format!("Unknown tool `{tool}`."))),
        }
    }

    fn find(&mut self, id: &str) -> Result<&mut Order> {
        self.0.iter_mut().find(|order| order.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
            Error::not_found(format!("There is no order `{id}`. Order numbers run from A-1001 to A-1012."))
        })
    }

    fn list(&self, args: &Args) -> Result<Answer> {
        let customer = args.text("customer")?;
        let status = args.optional_text("status")?.map(Status::parse).transpose()?;
        let limit = usize::try_from(args.integer("limit", 1..=50, 10)?).unwrap_or(10);
        let is = |order: &&Order| order.customer.iter().any(|key| key.eq_ignore_ascii_case(customer));
        let Some(who @ [_, name, email]) = self.0.iter().find(is).map(|order| order.customer) else {
            let try_these = format!("Try a number like {} or an e-mail address like {}.", ADA[0], BEN[2]);
            return Err(Error::not_found(format!("There is no customer `{customer}`. {try_these}")));
        };
        let wanted = |order: &&Order| status.is_none_or(|status| order.status == status);
        let found: Vec<&Order> = self.0.iter().rev().filter(is).filter(wanted).collect();
        let shown = &found[..limit.min(found.len())];
        let mut lines = vec![format!("{name} ({email}): {} of {} orders", shown.len(), found.len())];
        lines.extend(shown.iter().map(|order| order.line()));
        let data = json!({
            "customer": person(who),
            "total_count": found.len(),
            "orders": shown.iter().map(|order| order.summary()).collect::<Vec<_>>(),
        });
        Ok(Answer { text: lines.join("\n"), data })
    }

    /// Setting the status that an order has already succeeds, since the tool claims to be idempotent.
    fn update(&mut self, id: &str, new: Status) -> Result<Answer> {
        let order = self.find(id)?;
        let (old, id) = (order.status, order.id);
        let (from, to) = (old.name(), new.name());
        if old != new && !old.next().contains(&new) {
            let next: Vec<&str> = old.next().iter().map(|status| status.name()).collect();
            let next = if next.is_empty() { "final".to_owned() } else { format!("followed by {}", next.join(" or ")) };
            let message = format!("Order {id} cannot go from `{from}` to `{to}`: `{from}` is {next}.");
            return Err(Error::new(Kind::Conflict, message));
        }
        order.status = new;
        let text = format!("Order {id}: status changed from {from} to {to}.");
        Ok(Answer { text, data: json!({"order_id": id, "old_status": from, "new_status": to}) })
    }
}

pub(super) fn tools() -> Vec<Tool> {
    let read = ToolAnnotations::new().read_only(true).open_world(false);
    let write = ToolAnnotations::new().read_only(false).destructive(false).idempotent(true).open_world(false);
    let find = Tool::new(
        "find_order",
        "Find one order by its order number and return its items, total and delivery status.",
        object(json!({"order_id": id_property()}), &[]),
    );
    let list = Tool::new(
        "list_customer_orders",
        "List the orders of one customer, newest first. Filter by status to see, for example, only what is on its way.",
        list_input(),
    );
    let update = Tool::new(
        UPDATE,
        "Move an order to its next status, for example from paid to shipped, or cancel it before it ships.",
        object(json!({"order_id": id_property(), "status": status_property("The status to set.")}), &[]),
    );
    vec![
        find.with_title("Find order").with_raw_output_schema(find_output().into()).annotate(read.clone()),
        list.with_title("List a customer's orders").with_raw_output_schema(list_output().into()).annotate(read),
        update.with_title("Update order status").with_raw_output_schema(update_output().into()).annotate(write),
    ]
}

fn id_property() -> Value {
    json!({"type": "string", "minLength": 1, "description": "Order number, for example \"A-1001\"."})
}

fn status_property(description: &str) -> Value {
    json!({"type": "string", "enum": Status::NAMES, "description": description})
}

fn customer_schema() -> JsonObject {
    object(json!({"id": {"type": "string"}, "name": {"type": "string"}, "email": {"type": "string"}}), &[])
}

fn summary_properties() -> Value {
    json!({
        "order_id": {"type": "string"},
        "placed_on": {"type": "string", "format": "date"},
        "status": status_property("Where the order is now."),
        "total": {"type": "number", "description": "Sum of all items in `currency`."},
        "currency": {"type": "string", "description": "ISO 4217 code."},
    })
}

fn find_output() -> JsonObject {
    let item = json!({"name": {"type": "string"}, "quantity": {"type": "integer"}, "unit_price": {"type": "number"}});
    let mut properties = summary_properties();
    properties["customer"] = customer_schema().into();
    properties["items"] = json!({"type": "array", "items": object(item, &[])});
    object(properties, &[])
}

fn list_input() -> JsonObject {
    let customer = "E-mail address, customer number or full name, for example \"ada.moreno@example.com\" or \"C-201\".";
    let limit = "The most orders to return.";
    let properties = json!({
        "customer": {"type": "string", "minLength": 1, "description": customer},
        "status": status_property("Only orders with this status."),
        "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10, "description": limit},
    });
    object(properties, &["status", "limit"])
}

fn list_output() -> JsonObject {
    let properties = json!({
        "customer": customer_schema(),
        "total_count": {"type": "integer", "description": "How many orders match, also beyond `limit`."},
        "orders": {"type": "array", "items": object(summary_properties(), &[])},
    });
    object(properties, &[])
}

fn update_output() -> JsonObject {
    let [old, new] = ["The status before the call.", "The status now."].map(status_property);
    object(json!({"order_id": {"type": "string"}, "old_status": old, "new_status": new}), &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_status_is_kept_and_may_be_repeated() {
        let mut book = Book::new();
        for old in ["paid", "shipped"] {
            let data = book.update("a-1009", Status::Shipped).expect("allowed").data;
            assert_eq!(data, json!({"order_id": "A-1009", "old_status": old, "new_status": "shipped"}));
        }
        assert_eq!(book.find("A-1009").expect("known").status, Status::Shipped);
    }

    #[test]
    fn a_forbidden_change_names_what_may_follow() {
        let mut book = Book::new();
        let error = book.update("A-1011", Status::Delivered).expect_err("forbidden");
        assert!(error.message().ends_with("`pending` is followed by paid or cancelled."), "{error}");
        let error = book.update("A-1005", Status::Paid).expect_err("forbidden");
        assert!(error.message().ends_with("`cancelled` is final."), "{error}");
    }

    #[test]
    fn an_unknown_order_is_named() {
        assert!(Book::new().find("A-9").err().is_some_and(|error| error.message().contains("`A-9`")));
    }
}
