//! The inbox: which messages were opened, and throwing one away.

use super::Phone;

impl Phone {
    /// Marks a message as opened; `false` where there is none of this id.
    pub fn open_sms(&self, id: &str) -> bool {
        self.state.change(|inner| {
            let is_there = inner.inbox.iter().any(|sms| sms.id == id);
            if is_there {
                inner.opened.insert(id.to_owned());
            }
            is_there
        })
    }

    /// Throws a message away; `false` where there is none of this id.
    pub fn delete_sms(&self, id: &str) -> bool {
        self.state.change(|inner| {
            let before = inner.inbox.len();
            inner.inbox.retain(|sms| sms.id != id);
            inner.opened.remove(id);
            inner.inbox.len() < before
        })
    }
}
