//! Screens that are longer than the network's: Safaricom and Airtel break them into pages with
//! `98:More` and `00:Back` and keep these two replies to themselves; the others cut the screen.

use super::{Phone, Screen, ScreenKind};
use crate::network::Network;
use crate::text::measure;

const MORE: &str = "98";
const BACK: &str = "00";

/// Septets of the longest line that a page ends in, its break counted: `\n00:Back 98:More`.
const KEYS: usize = 16;

/// Septets of `CON ` and `END `, which are counted but not shown.
const PREFIX: usize = 4;

impl Screen {
    /// What a phone of the network shows, page by page; one page for a screen that fits.
    #[must_use]
    pub fn pages(&self, network: Network) -> Vec<String> {
        if self.septets <= self.budget {
            return vec![self.text.clone()];
        }
        let room = self.budget.saturating_sub(PREFIX);
        if self.kind == ScreenKind::End || !network.pages() {
            return vec![head(&self.text, room).to_owned()];
        }
        let mut parts = Vec::new();
        let mut rest = self.text.as_str();
        while !rest.is_empty() {
            let part = broken(rest, room.saturating_sub(KEYS).max(1));
            parts.push(part.trim_end());
            rest = rest[part.len()..].trim_start();
        }
        let last = parts.len().saturating_sub(1);
        let keys = |index: usize| match (index > 0, index < last) {
            (true, true) => "\n00:Back 98:More",
            (true, false) => "\n00:Back",
            (false, true) => "\n98:More",
            (false, false) => "",
        };
        let pages = parts.iter().enumerate();
        pages
            .map(|(i, part)| format!("{part}{}", keys(i)))
            .collect()
    }
}

impl Phone {
    /// Turns a page of a screen that is too long: then the reply was the network's, and the service
    /// never sees it.
    pub(super) fn turn_page(&self, reply: &str) -> Option<Screen> {
        let (id, screen) = self.state.change(|inner| {
            let session = inner.session.as_ref().filter(|open| !open.is_waiting())?;
            let screen = inner.screen.clone()?;
            let pages = screen.pages(inner.network).len();
            inner.page = match reply {
                MORE if inner.page + 1 < pages => inner.page + 1,
                BACK if inner.page > 0 => inner.page - 1,
                _ => return None,
            };
            Some((session.id.clone(), screen))
        })?;
        self.limit_idling(&id);
        Some(screen)
    }
}

/// The longest beginning within so many septets.
fn head(text: &str, room: usize) -> &str {
    let mut septets = 0;
    let end = text.char_indices().find(|(_, c)| {
        septets += measure(c.encode_utf8(&mut [0; 4])).septets;
        septets > room
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// The same, ending before a line or a word where there is one in its second half.
fn broken(text: &str, room: usize) -> &str {
    let head = head(text, room);
    if head.len() == text.len() {
        return head;
    }
    let late = |at: &usize| *at > head.len() / 2;
    let end = head.rfind('\n').filter(late);
    let end = end.or_else(|| head.rfind(' ').filter(late));
    end.map_or(head, |at| &head[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outgoing::RawReply;

    fn screen(body: &str, budget: usize) -> Screen {
        let reply = RawReply {
            status: 200,
            content_type: Some("text/plain".into()),
            location: None,
            name: None,
            body: body.into(),
            duration_ms: 1,
        };
        Screen::read(Ok(&reply), budget)
    }

    #[test]
    fn a_screen_that_is_too_long_comes_in_pages_that_fit() {
        let lines: String = (1..=30).map(|n| format!("{n}. A choice\n")).collect();
        let pages = screen(&format!("CON {lines}"), 160).pages(Network::Safaricom);
        assert!(pages.len() > 2);
        assert!(pages[0].ends_with("\n98:More") && !pages[0].contains("00:Back"));
        assert!(pages[1].ends_with("\n00:Back 98:More"));
        assert!(pages.last().unwrap().ends_with("\n00:Back"));
        let mut found = 0;
        for page in &pages {
            assert!(measure(page).septets <= 156, "{page}");
            found += page.matches("A choice").count();
        }
        assert_eq!(found, 30);
    }

    #[test]
    fn the_last_screen_and_those_of_other_networks_are_cut() {
        let long = "a".repeat(200);
        assert_eq!(
            screen(&format!("END {long}"), 160).pages(Network::Safaricom),
            ["a".repeat(156)]
        );
        assert_eq!(
            screen(&format!("CON {long}"), 160).pages(Network::Telkom),
            ["a".repeat(156)]
        );
        assert_eq!(screen("CON a", 160).pages(Network::Safaricom), ["a"]);
    }
}
