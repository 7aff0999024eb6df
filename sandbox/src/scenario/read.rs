//! Understands a scenario file. All its mistakes are told at once, each with its line.

use std::fs;
use std::path::Path;

use super::answers::Answers;
use super::step::{Cast, Does, Scenario, Seen, Step, What};
use super::words::Word::{Bare, Text};
use super::words::{Word, cents, duration, number, split};
use crate::fault::{FaultPoint, ImpossibleFault, Spec, check_fault};
use crate::network::Network;

/// The largest file that is read.
const LARGEST_FILE: usize = 1024 * 1024;

/// The most that one line repeats.
const MOST_TIMES: usize = 1_000;

/// Words that cannot be the name of a phone, because they begin other lines.
const RESERVED: [&str; 8] = [
    "name", "seed", "answers", "phone", "paybill", "time", "fault", "no",
];

/// A mistake in a scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct Mistake {
    /// The file as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// In words.
    pub what: String,
}

/// Reads a scenario; its name stands before all messages about it.
pub fn read(path: &Path) -> Result<Scenario, Vec<Mistake>> {
    let file = path.display().to_string();
    let whole = |what: String| {
        let file = file.clone();
        vec![Mistake {
            file,
            line: 1,
            what,
        }]
    };
    let bytes = fs::read(path).map_err(|error| whole(error.to_string()))?;
    if bytes.len() > LARGEST_FILE {
        return Err(whole(format!(
            "a scenario has {LARGEST_FILE} bytes at most"
        )));
    }
    let text = String::from_utf8(bytes).map_err(|_| whole("not UTF-8 text".to_owned()))?;
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let mut reader = Reader {
        folder: path.parent().unwrap_or(Path::new("")),
        mistakes: Vec::new(),
        scenario: Scenario {
            file,
            name: name.unwrap_or_default(),
            seed: None,
            paybill_cents: None,
            phones: Vec::new(),
            steps: Vec::new(),
            answers: Answers::default(),
        },
    };
    reader.read(&text);
    if reader.mistakes.is_empty() {
        Ok(reader.scenario)
    } else {
        Err(reader.mistakes)
    }
}

struct Reader<'a> {
    folder: &'a Path,
    mistakes: Vec<Mistake>,
    scenario: Scenario,
}

impl Reader<'_> {
    fn read(&mut self, text: &str) {
        // A file may have been saved by an editor of Windows.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines: Vec<&str> = text.lines().collect();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let number = at + 1;
            let block: Vec<&str> = lines[number..]
                .iter()
                .map_while(|line| block_line(line))
                .collect();
            at = number + block.len();
            let read = split(line).and_then(|words| self.line(number, line, &words, &block));
            if let Err(what) = read {
                self.mistake(number, what);
            }
        }
        if self.scenario.steps.is_empty() && self.mistakes.is_empty() {
            self.mistake(1, "nothing happens in this scenario".to_owned());
        }
    }

    fn mistake(&mut self, line: usize, what: String) {
        let file = self.scenario.file.clone();
        self.mistakes.push(Mistake { file, line, what });
    }

    fn line(
        &mut self,
        line: usize,
        text: &str,
        words: &[Word],
        block: &[&str],
    ) -> Result<(), String> {
        let what = self.what(words, block)?;
        let takes_block = matches!(what, Some(What::Phone(_, Does::Sees(Seen::Exactly(_)))));
        if !takes_block && !block.is_empty() {
            return Err("lines with | stand only under `sees exactly`".to_owned());
        }
        if let Some(what) = what {
            let text = text.trim().to_owned();
            self.scenario.steps.push(Step { line, text, what });
        }
        Ok(())
    }

    /// What a line says; `None` for one that says how it begins.
    fn what(&mut self, words: &[Word], block: &[&str]) -> Result<Option<What>, String> {
        let plain: Vec<&str> = words
            .iter()
            .map(|word| match word {
                Bare(word) => word.as_str(),
                // No word of the language has a quotation mark.
                Text(_) => "\"",
            })
            .collect();
        match plain.as_slice() {
            [] => Ok(None),
            ["name", ..] => self.name(words).map(|()| None),
            ["seed", seed] => {
                let number = seed
                    .parse()
                    .map_err(|_| format!("{seed:?} is no seed: a number"));
                self.scenario.seed = Some(number?);
                Ok(None)
            }
            ["answers", "from", _] => self.answers(&words[2]).map(|()| None),
            ["phone", name, own, rest @ ..] => self.phone(name, own, rest).map(|()| None),
            ["paybill", "starts", "with", rest @ ..] => {
                self.scenario.paybill_cents = Some(amount(rest)?);
                Ok(None)
            }
            ["paybill", "has", rest @ ..] => Ok(Some(What::PaybillHas(amount(rest)?))),
            ["time", "passes", time] => Ok(Some(What::TimePasses(duration(time)?))),
            ["no", "faults"] => Ok(Some(What::NoFaults)),
            ["fault", point, fault, "was", "played"] => self.played(point, fault).map(Some),
            ["fault", point, fault, rest @ ..] => self.fault(point, fault, rest).map(Some),
            [first, ..] if RESERVED.contains(first) => Err(format!(
                "this is no line that begins with `{first}`; see `sandbox play --help`"
            )),
            ["\"", ..] => Err("a line begins with a word, not with a text".to_owned()),
            [name, rest @ ..] => {
                let who = self.who(name)?;
                let does = does(rest, &words[1..], block)?;
                if matches!(does, Does::Answers { .. }) && self.scenario.answers.is_empty() {
                    return Err(
                        "which answers are right? say so before: answers from FILE".to_owned()
                    );
                }
                Ok(Some(What::Phone(who, does)))
            }
        }
    }

    fn name(&mut self, words: &[Word]) -> Result<(), String> {
        let words: Vec<_> = words[1..]
            .iter()
            .map(|word| match word {
                Bare(text) | Text(text) => text.as_str(),
            })
            .collect();
        if words.is_empty() {
            return Err("a name is missing".to_owned());
        }
        self.scenario.name = words.join(" ");
        Ok(())
    }

    fn answers(&mut self, file: &Word) -> Result<(), String> {
        let (Bare(file) | Text(file)) = file;
        let path = self.folder.join(file);
        let table =
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()));
        let answers =
            Answers::read(&table?).map_err(|error| format!("{}: {error}", path.display()));
        self.scenario.answers = answers?;
        Ok(())
    }

    fn phone(&mut self, name: &str, own: &str, rest: &[&str]) -> Result<(), String> {
        let is_word = name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !is_word || RESERVED.contains(&name) {
            return Err(format!("{name:?} cannot be the name of a phone"));
        }
        let number = number(own)?;
        for phone in &self.scenario.phones {
            if phone.name == name {
                return Err(format!("there is a phone {name} already"));
            }
            if phone.number == number {
                return Err(format!("{} has this number already", phone.name));
            }
        }
        let (rest, network) = match rest {
            ["on", name, rest @ ..] => (rest, network(name)?),
            rest => (rest, Network::default()),
        };
        let (rest, pin) = match rest {
            [rest @ .., "pin", pin] => (rest, Some((*pin).to_owned())),
            rest => (rest, None),
        };
        let balance_cents = match rest {
            [] => None,
            ["with", rest @ ..] => Some(amount(rest)?),
            _ => {
                return Err(
                    "a phone is written: phone NAME NUMBER on NETWORK with KES pin PIN".to_owned(),
                );
            }
        };
        self.scenario.phones.push(Cast {
            name: name.to_owned(),
            number,
            network,
            balance_cents,
            pin,
        });
        Ok(())
    }

    fn who(&self, name: &str) -> Result<usize, String> {
        let phones = &self.scenario.phones;
        phones
            .iter()
            .position(|phone| phone.name == name)
            .ok_or_else(|| {
                let names: Vec<_> = phones.iter().map(|phone| phone.name.as_str()).collect();
                let known = if names.is_empty() {
                    "there is none yet: phone NAME NUMBER".to_owned()
                } else {
                    format!("there is {}", names.join(", "))
                };
                format!("no phone {name:?}; {known}")
            })
    }

    fn fault(&self, point: &str, fault: &str, rest: &[&str]) -> Result<What, String> {
        let (rest, times) = match rest {
            [rest @ .., times, "times"] => (rest, self::times(times)?),
            rest => (rest, 1),
        };
        let phone = match rest {
            [] => None,
            ["for", name] => Some(self.scenario.phones[self.who(name)?].number),
            _ => return Err("a fault is written: fault POINT FAULT for NAME 2 times".to_owned()),
        };
        let point = FaultPoint::read(point)?;
        let Spec { fault, .. } = Spec::read(fault)?;
        check_fault(point, &fault, phone).map_err(|error: ImpossibleFault| error.to_string())?;
        Ok(What::Fault {
            point,
            fault,
            phone,
            times,
        })
    }

    fn played(&self, point: &str, fault: &str) -> Result<What, String> {
        let point = FaultPoint::read(point)?;
        let Spec { fault, .. } = Spec::read(fault)?;
        check_fault(point, &fault, None).map_err(|error| error.to_string())?;
        Ok(What::Played {
            point,
            fault: fault.to_string(),
        })
    }
}

/// What a phone does, by the words after its name; `words` has the texts.
fn does(plain: &[&str], words: &[Word], block: &[&str]) -> Result<Does, String> {
    let text = |place: usize| match words.get(place) {
        Some(Bare(text) | Text(text)) => text.clone(),
        None => String::new(),
    };
    Ok(match plain {
        ["dials", code] => Does::Dials((*code).to_owned()),
        ["sends", _] => Does::Sends(text(1)),
        ["chooses", _] => Does::Chooses(text(1)),
        ["answers", which @ ("right" | "wrong"), rest @ ..] => Does::Answers {
            is_right: *which == "right",
            times: match rest {
                [] => 1,
                [number, "times"] => times(number)?,
                _ => return Err("an answer is written: answers right 5 times".to_owned()),
            },
        },
        ["hangs", "up"] => Does::HangsUp,
        ["pays", "with", "pin", pin] => Does::PaysWithPin((*pin).to_owned()),
        ["cancels", "the", "prompt"] => Does::CancelsPrompt,
        ["pays", middle @ .., "with", "pin", pin] => {
            let place = middle.iter().position(|word| *word == "to");
            let (paid, to) = middle.split_at(place.unwrap_or(middle.len()));
            if !matches!(to, ["to", "the", "paybill", "as", _]) {
                return Err(
                    "written: pays KES 100 to the paybill as ACCOUNT with pin 1234".to_owned(),
                );
            }
            Does::PaysPaybill {
                cents: amount(paid)?,
                account: text(1 + middle.len() - 1),
                pin: (*pin).to_owned(),
            }
        }
        ["texts", "\""] => Does::Texts(text(1)),
        ["opts", "out"] => Does::OptsOut,
        ["is", "out", "of", "reach"] => Does::GoesOutOfReach,
        ["is", "back"] => Does::ComesBack,
        ["sees", "\""] => Does::Sees(Seen::Part(text(1))),
        ["sees", "no", "\""] => Does::Sees(Seen::NoPart(text(2))),
        ["sees", "exactly"] if block.is_empty() => {
            return Err("the screen follows, each line behind a |".to_owned());
        }
        ["sees", "exactly"] => Does::Sees(Seen::Exactly(block.join("\n"))),
        ["sees", "screen", name] => Does::Sees(Seen::Screen((*name).to_owned())),
        ["is", "in", "a", "session"] => Does::Sees(Seen::Session(true)),
        ["is", "in", "no", "session"] => Does::Sees(Seen::Session(false)),
        ["is", "asked", "to", "pay", rest @ ..] => {
            let (rest, within) = match rest {
                [rest @ .., "within", time] => (rest, Some(duration(time)?)),
                rest => (rest, None),
            };
            let cents = if rest.is_empty() {
                None
            } else {
                Some(amount(rest)?)
            };
            Does::IsAskedToPay { cents, within }
        }
        ["is", "not", "asked", "to", "pay"] => Does::IsNotAsked,
        ["gets", "sms", "\""] => Does::GetsSms {
            text: text(2),
            within: None,
        },
        ["gets", "sms", "\"", "within", time] => Does::GetsSms {
            text: text(2),
            within: Some(duration(time)?),
        },
        ["gets", "no", "sms"] => Does::GetsNoSms(None),
        ["gets", "no", "sms", "\""] => Does::GetsNoSms(Some(text(3))),
        ["has", rest @ .., "in", "mpesa"] => Does::HasInMpesa(amount(rest)?),
        _ => return Err(not_understood(plain)),
    })
}

/// The verbs, each with how it is written.
const VERBS: [(&str, &str); 15] = [
    ("dials", "dials *384*55#"),
    ("sends", "sends 1"),
    ("chooses", "chooses \"Deposit\""),
    ("answers", "answers right 5 times"),
    ("hangs", "hangs up"),
    ("pays", "pays with pin 1234"),
    ("cancels", "cancels the prompt"),
    ("texts", "texts \"STOP\""),
    ("opts", "opts out"),
    (
        "sees",
        "sees \"Welcome\", sees no \"Welcome\", sees exactly, or sees screen NAME",
    ),
    ("gets", "gets sms \"received\" within 2m, or gets no sms"),
    ("has", "has KES 400 in mpesa"),
    (
        "is",
        "is asked to pay KES 100, is not asked to pay, is in a session, is in no session, is out of reach, or is back",
    ),
    ("pay", "pays with pin 1234"),
    ("send", "sends 1"),
];

fn not_understood(plain: &[&str]) -> String {
    let Some(verb) = plain.first() else {
        return "what does this phone do?".to_owned();
    };
    match VERBS.iter().find(|(own, _)| own == verb) {
        Some((_, how)) => format!("written: {how}"),
        None => {
            let verbs: Vec<_> = VERBS[..13].iter().map(|(verb, _)| *verb).collect();
            format!("a phone cannot {verb:?}; it {}", verbs.join(", "))
        }
    }
}

/// `airtel`.
fn network(name: &str) -> Result<Network, String> {
    let is_it = |network: &Network| network.name().eq_ignore_ascii_case(name);
    Network::ALL.into_iter().find(is_it).ok_or_else(|| {
        let names = Network::ALL.map(|network| network.name().to_lowercase());
        format!("no network {name:?}; there are {}", names.join(", "))
    })
}

/// `KES 100` or `100`.
fn amount(words: &[&str]) -> Result<i64, String> {
    match words {
        ["KES", figure] | [figure] => cents(figure),
        _ => Err("an amount is written: KES 100".to_owned()),
    }
}

fn times(text: &str) -> Result<usize, String> {
    let times = text
        .parse()
        .ok()
        .filter(|times| (1..=MOST_TIMES).contains(times));
    times.ok_or_else(|| format!("{text:?} is no number from 1 to {MOST_TIMES}"))
}

/// The text of a line of a block, `| text`.
fn block_line(line: &str) -> Option<&str> {
    let text = line.trim_start().strip_prefix('|')?;
    Some(text.strip_prefix(' ').unwrap_or(text).trim_end())
}
