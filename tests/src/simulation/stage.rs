//! Everything that takes part, and the loop that drives it.

use std::{fmt, sync::Arc, time::Duration};

use mesh_core::{
    Agent, Ports, Timestamp,
    ports::{Clock, Entropy, ImageModel, Models, StateStore, TextModel, Write},
};
use mesh_embedded::{Store, host};
use mesh_testkit::{
    block_on,
    clock::ManualClock,
    entropy::SeededEntropy,
    faulty::FaultPlan,
    simulator::{Dice, History, Moody, Post, Scheduler, Turns},
};

use super::{
    Report,
    course::{Course, SITES},
    outside::{Debts, Posts, Topics, ask},
    process::Start,
    till::Till,
    witness::Witness,
    writer::Writer,
};
use crate::{Mutation, articles, hooks::Hooked, world};

/// When every simulation begins.
const START: Timestamp = Timestamp(1_790_000_000_000);
/// So many polls are enough for any seed, or it never becomes quiet.
const MOST_POLLS: u64 = 40_000;
/// The process of those who ask.
const OUTSIDE: usize = usize::MAX;

/// A simulation under way.
pub(super) struct Stage {
    pub(super) course: Course,
    pub(super) store: Store,
    pub(super) witness: Arc<Witness>,
    pub(super) agents: Vec<Arc<dyn Agent>>,
    pub(super) posts: Posts,
    mutation: Option<Mutation>,
    pub(super) clock: Arc<ManualClock>,
    history: Arc<History>,
    entropy: Arc<SeededEntropy>,
    dice: Arc<Dice>,
    turns: Arc<Turns>,
    text: Arc<Moody<dyn TextModel>>,
    image: Arc<Moody<dyn ImageModel>>,
    topics: Arc<Topics>,
    scheduler: Scheduler,
    processes: Vec<Process>,
    healed: bool,
    polls: u64,
}

struct Process {
    plan: FaultPlan,
    store: Store,
    /// Dead until then.
    up_at: Option<Timestamp>,
}

impl Stage {
    pub(super) fn new(seed: u64, mutation: Option<Mutation>) -> Self {
        let master = SeededEntropy::new(seed);
        let course = Course::of(&SeededEntropy::new(master.next_u64()));
        let clock = Arc::new(ManualClock::at(START));
        let history = Arc::new(History::new(&clock));
        let entropy = Arc::new(SeededEntropy::new(master.next_u64()));
        let ids: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(master.next_u64()));
        let store = Store::in_memory(Arc::clone(&clock) as Arc<dyn Clock>, ids).expect("a store");
        let agents = world::agents(&course.settings);
        let agents: Vec<_> = agents.into_iter().filter(|agent| agent.manifest().deploy).collect();
        block_on(host::declare(&store, &agents)).expect("queues");
        let witness = Witness::new(&history, &clock, &store);
        let posts = posts(&store, &agents, &master, &course, (&clock, &history));
        let till =
            || Till { provider: Writer::new(master.next_u64(), course.draws_first), witness: Arc::clone(&witness) };
        let (text, image): (Arc<dyn TextModel>, Arc<dyn ImageModel>) = (Arc::new(till()), Arc::new(till()));
        let dice = Arc::new(Dice::new(master.next_u64(), course.odds));
        let topics = Topics { inner: Arc::new(store.topics()), posts: posts.clone(), witness: Arc::clone(&witness) };
        Self {
            turns: Arc::new(Turns::new(&clock, &history, &dice)),
            text: Arc::new(Moody::new(text, master.next_u64(), course.moods, &clock, &history)),
            image: Arc::new(Moody::new(image, master.next_u64(), course.moods, &clock, &history)),
            scheduler: Scheduler::new(master.next_u64(), &clock, &history),
            topics: Arc::new(topics),
            processes: Vec::new(),
            healed: false,
            polls: 0,
            course,
            store,
            witness,
            agents,
            posts,
            mutation,
            clock,
            history,
            entropy,
            dice,
        }
    }

    /// Sets up the sites, starts processes and requests, and runs until all is quiet.
    pub(super) fn play(&mut self) {
        self.history.tell(format!("{:?}", self.course));
        for (site, more) in SITES {
            let more = serde_json::from_str(more).expect("JSON");
            let write = Write::create("website_settings", site, &articles::website_called(site, &more));
            assert!(block_on(self.store.state().put(&write.expect("a document"))).expect("stored"), "{site} is new");
        }
        for index in 0..self.course.processes {
            let plan = FaultPlan::new();
            let dice = Arc::clone(&self.dice);
            plan.simulate(&self.turns).rule(move |call| dice.fault(call));
            self.processes.push(Process { plan, store: self.store.peer(), up_at: None });
            self.start(index);
        }
        for (number, request) in self.course.requests.clone().into_iter().enumerate() {
            self.scheduler.spawn(OUTSIDE, format!("outside/{number}"), ask(request, Arc::clone(&self.topics)));
        }
        self.run();
    }

    /// Runs until nothing is left to do.
    pub(super) fn run(&mut self) {
        while self.polls < MOST_POLLS {
            match self.scheduler.step() {
                Some((process, task)) => self.after_step(process, task),
                None if self.advance() => {}
                None => return,
            }
        }
        self.witness.finding("the mesh never becomes quiet".to_owned());
    }

    fn after_step(&mut self, process: usize, task: u64) {
        self.polls += 1;
        if let Some(time) = self.turns.freeze() {
            self.scheduler.freeze(task, self.clock.now().plus(time));
        }
        if self.processes.get(process).is_some_and(|process| process.plan.crashed()) {
            self.crash(process);
        }
        if !self.healed && START.until(self.clock.now()) > self.course.trouble {
            self.heal();
        }
    }

    /// Moves time on to whatever happens next; false when nothing does.
    fn advance(&mut self) -> bool {
        let up = self.processes.iter().filter_map(|process| process.up_at);
        let posts = self.posts.by_agent.values().filter_map(|post| post.next());
        let next = up.chain(posts).chain(self.clock.next_wake()).chain(self.scheduler.next_thaw()).min();
        let Some(next) = next else { return false };
        self.clock.advance_to(next);
        self.posts.by_agent.values().for_each(|post| post.ring_due());
        for index in 0..self.processes.len() {
            if self.processes[index].up_at.is_some_and(|at| at <= self.clock.now()) {
                self.processes[index].up_at = None;
                self.processes[index].plan.restart();
                self.start(index);
            }
        }
        true
    }

    fn crash(&mut self, index: usize) {
        self.scheduler.kill(index);
        let delay = Duration::from_millis(self.entropy.below(60_000));
        self.history.tell(format!("## process {index} is dead for {} s", delay.as_secs()));
        let dead = &mut self.processes[index];
        dead.up_at = Some(self.clock.now().plus(delay));
        if self.course.reclaims {
            block_on(dead.store.relinquish()).expect("a store");
            self.posts.by_agent.values().for_each(|post| post.ring());
        }
        dead.store = self.store.peer();
    }

    /// From here on nothing goes wrong.
    pub(super) fn heal(&mut self) {
        self.healed = true;
        self.history.tell("## from here on nothing goes wrong");
        self.dice.heal();
        self.text.heal();
        self.image.heal();
        self.posts.by_agent.values().for_each(|post| post.heal());
    }

    fn start(&mut self, index: usize) {
        let Process { plan, store, .. } = &self.processes[index];
        // The first process has the settings of the beginning until it dies; whoever starts later, the others.
        let settings = if self.history.len() < 2 { &self.course.settings } else { &self.course.later };
        self.history.tell(format!("## process {index} starts"));
        let models = Models::none()
            .with_text(Arc::clone(&self.text) as Arc<dyn TextModel>)
            .with_image(Arc::clone(&self.image) as Arc<dyn ImageModel>);
        let ids: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(self.entropy.next_u64()));
        let ports = host::ports(store, Arc::clone(&self.clock) as Arc<dyn Clock>, ids, models, settings);
        let state: Arc<dyn StateStore> = Hooked::new(ports.state, Arc::new(Debts(Arc::clone(&self.witness))));
        let start = Start {
            index,
            settings,
            slots: self.course.slots,
            mutation: self.mutation,
            plan,
            store,
            ports: Ports { state, publisher: Arc::clone(&self.topics) as _, ..ports },
            posts: &self.posts,
            witness: &self.witness,
        };
        start.start(&mut self.scheduler);
    }

    pub(super) fn report(&self, seed: u64) -> Report {
        Report {
            seed,
            history: self.history.lines(),
            findings: self.witness.findings(),
            faults: self.history.faults(),
            ends: super::ends::of(self),
            simulated: START.until(self.clock.now()),
        }
    }
}

fn posts(
    store: &Store,
    agents: &[Arc<dyn Agent>],
    master: &SeededEntropy,
    course: &Course,
    (clock, history): (&Arc<ManualClock>, &Arc<History>),
) -> Posts {
    let mut posts = Posts::default();
    for agent in agents {
        let manifest = agent.manifest();
        let queue = Arc::new(store.queue(&manifest.name));
        let seed = master.next_u64();
        let post = Arc::new(Post::new(queue, manifest.visibility(), seed, course.roughness, clock, history));
        for subscription in &manifest.subscribes {
            posts.by_channel.entry(subscription.channel.clone()).or_default().push(Arc::clone(&post));
        }
        posts.by_agent.insert(manifest.name.clone(), post);
    }
    posts
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stage")
    }
}
