//! The step of a session: a query in, `CON` or `END` out (contract, section 6; advanta.africa USSD
//! API guide, and its resellers').
//!
//! The service code is shared: `INPUT` has the whole transcript behind the extension of the house
//! (`33`, `33*2`), and newer pages show it as a whole dial string (`*415*33*2#`). The extension is taken
//! off here, so that what is left is what the player typed. `USSDCODE` may lack the extension: it is
//! put back, so that a house is reached by its own code only.

use crate::{
    menu::Shown,
    ports::{
        Hop, NotAHop, Typed, UssdGateway, UssdRequest, WireMethod, WireReply, read_session_id,
    },
};

/// The gateway's name.
const NAME: &str = "advanta";

/// The gateway's wire.
#[derive(Clone, Debug, Default)]
pub struct AdvantaUssd {
    /// The house's service codes, bare, the longest first.
    codes: Vec<String>,
}

/// A code without its star and hash: `415*33`.
fn bare(code: &str) -> &str {
    code.trim().trim_start_matches('*').trim_end_matches('#')
}

/// What follows whole segments: `1*2` in `33*1*2` behind `33`.
fn behind<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(start)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('*')
    }
}

impl AdvantaUssd {
    /// The wire of a house with these service codes, such as `*415*33#`. Where none is known, the
    /// extension is the first segment of the input.
    #[must_use]
    pub fn new(service_codes: &[String]) -> Self {
        let mut codes: Vec<String> = service_codes.iter().map(|code| bare(code).into()).collect();
        codes.sort_by_key(|code| std::cmp::Reverse(code.len()));
        Self { codes }
    }

    /// The whole code that was dialled, and what was typed behind it.
    fn split(&self, code: &str, input: &str) -> (String, String) {
        let base = bare(code);
        // A whole dial string has the base once more, and ends as it was dialled.
        let input = match input.strip_prefix('*') {
            Some(dialled) => {
                let dialled = dialled.strip_suffix('#').unwrap_or(dialled);
                let root = base.split('*').next().unwrap_or_default();
                behind(dialled, root).unwrap_or(dialled)
            }
            None => input,
        };
        let root = base.split('*').next().unwrap_or_default();
        let candidates = self.codes.iter().map(String::as_str).chain([base]);
        let extensions = candidates
            .filter_map(|code| behind(code, root))
            .filter(|extension| !extension.is_empty());
        for extension in extensions {
            if let Some(typed) = behind(input, extension) {
                return (format!("*{root}*{extension}#"), typed.into());
            }
        }
        let (extension, typed) = input.split_once('*').unwrap_or((input, ""));
        let extension = extension.trim_end_matches('#');
        if extension.is_empty() {
            return (format!("*{base}#"), typed.into());
        }
        (format!("*{root}*{extension}#"), typed.into())
    }
}

impl UssdGateway for AdvantaUssd {
    fn name(&self) -> &'static str {
        NAME
    }

    fn method(&self) -> WireMethod {
        WireMethod::Get
    }

    fn read(&self, query: &[u8]) -> Result<UssdRequest, NotAHop> {
        let fields: Vec<(String, String)> =
            serde_urlencoded::from_bytes(query).map_err(|_| NotAHop::Body)?;
        let field = |name: &str| {
            let found = fields
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map_or("", |(_, value)| value.as_str())
        };
        let session = read_session_id(Some(NAME), field("SESSIONID"))?;
        let (service_code, typed) = self.split(field("USSDCODE"), field("INPUT"));
        Ok(UssdRequest::Hop(Hop {
            session,
            phone: field("MSISDN").into(),
            service_code,
            network: String::new(),
            typed: Typed::Transcript(typed),
            echo: Vec::new(),
        }))
    }

    fn write(&self, _: &Hop, shown: &Shown) -> WireReply {
        let prefix = if shown.ends { "END" } else { "CON" };
        WireReply {
            body: format!("{prefix} {}", shown.text),
            content_type: "text/plain; charset=utf-8",
            headers: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(codes: &[&str], query: &str) -> (String, String) {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        match AdvantaUssd::new(&codes).read(query.as_bytes()).unwrap() {
            UssdRequest::Hop(hop) => match hop.typed {
                Typed::Transcript(transcript) => (hop.service_code, transcript),
                Typed::Latest(_) => panic!("this wire has the transcript"),
            },
            UssdRequest::Ended(_) => panic!("no end comes this way"),
        }
    }

    #[test]
    fn a_documented_request_is_read() {
        let query = b"SESSIONID=7b1f&USSDCODE=*415%23&MSISDN=254712345678&INPUT=33*2*1";
        let UssdRequest::Hop(hop) = AdvantaUssd::default().read(query).unwrap() else {
            panic!("a hop")
        };
        assert_eq!(hop.session, "advanta/7b1f");
        assert_eq!(hop.phone, "254712345678");
        assert_eq!(hop.service_code, "*415*33#");
        assert_eq!(hop.typed, Typed::Transcript("2*1".into()));
    }

    #[test]
    fn the_extension_is_taken_off_in_every_form() {
        let ours = &["*415*33#", "*415*33*7#"][..];
        for (codes, code, input, whole, typed) in [
            (&[][..], "*415%23", "33", "*415*33#", ""),
            (&[], "*415%23", "33*2", "*415*33#", "2"),
            (&[], "*415%23", "33*", "*415*33#", ""),
            (&[], "*415%23", "33**1", "*415*33#", "*1"),
            (&[], "*415%23", "*415*33%23", "*415*33#", ""),
            (&[], "*415%23", "*415*33*1*2%23", "*415*33#", "1*2"),
            (&[], "*415*33%23", "33*1", "*415*33#", "1"),
            (&[], "*415*33%23", "*415*33*1%23", "*415*33#", "1"),
            (&[], "415", "33*1", "*415*33#", "1"),
            (ours, "*415%23", "33*1", "*415*33#", "1"),
            (ours, "*415%23", "33*7", "*415*33*7#", ""),
            (ours, "*415%23", "33*7*1", "*415*33*7#", "1"),
            (ours, "*415%23", "33*77", "*415*33#", "77"),
            (ours, "*415%23", "34*1", "*415*34#", "1"),
            (ours, "*415%23", "*415*33*7*1%23", "*415*33*7#", "1"),
            (&[], "*415%23", "", "*415#", ""),
        ] {
            let query = format!("SESSIONID=s&MSISDN=254712345678&USSDCODE={code}&INPUT={input}");
            let expected = (whole.to_owned(), typed.to_owned());
            assert_eq!(read(codes, &query), expected, "{code} {input}");
        }
    }

    #[test]
    fn a_hash_that_was_typed_stays() {
        let (_, typed) = read(&[], "SESSIONID=s&USSDCODE=*415%23&INPUT=33*1*%23");
        assert_eq!(typed, "1*#");
    }

    #[test]
    fn what_no_gateway_sends_is_refused() {
        for query in [
            "",
            "MSISDN=254712345678&INPUT=33",
            "SESSIONID=&INPUT=33",
            "SESSIONID=a%2Fb",
        ] {
            assert!(
                AdvantaUssd::default().read(query.as_bytes()).is_err(),
                "{query}"
            );
        }
    }

    #[test]
    fn a_reply_says_by_its_prefix_whether_the_session_goes_on() {
        let Ok(UssdRequest::Hop(hop)) = AdvantaUssd::default().read(b"SESSIONID=s") else {
            panic!("a hop")
        };
        for (ends, body) in [(false, "CON Hi"), (true, "END Hi")] {
            let shown = Shown {
                screen: "home".into(),
                text: "Hi".into(),
                ends,
            };
            let reply = AdvantaUssd::default().write(&hop, &shown);
            assert_eq!((reply.body.as_str(), reply.headers.len()), (body, 0));
        }
    }
}
