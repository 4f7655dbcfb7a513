//! English word lists, hashed once.

use std::sync::LazyLock;

use crate::text::{PhraseSet, hash_word};

/// A set of single words by their hash.
pub(super) struct WordSet(Vec<u64>);

impl WordSet {
    fn new(words: &str) -> Self {
        let mut hashes: Vec<u64> = words.split_whitespace().map(hash_word).collect();
        hashes.sort_unstable();
        Self(hashes)
    }

    pub(super) fn contains(&self, hash: u64) -> bool {
        self.0.binary_search(&hash).is_ok()
    }
}

/// First words that say too little to be an opening by themselves.
pub(super) static WEAK_OPENINGS: LazyLock<WordSet> =
    LazyLock::new(|| WordSet::new("the a an one two three four five six seven eight nine ten this that these those"));

pub(super) static BE_FORMS: LazyLock<WordSet> = LazyLock::new(|| {
    WordSet::new(
        "am is are was were be been being isn't aren't wasn't weren't it's that's he's she's they're we're you're get gets got getting",
    )
});

pub(super) static ADVERBS: LazyLock<WordSet> = LazyLock::new(|| {
    WordSet::new(
        "not never also often always just still already been being even now then well very soon seldom sometimes",
    )
});

/// Words that end as a participle does and are none.
pub(super) static NOT_PARTICIPLES: LazyLock<WordSet> = LazyLock::new(|| {
    WordSet::new(
        "hundred sacred naked wicked rugged beloved embed tired excited interested pleased worried delighted bored confused dedicated \
         experienced advanced aged limited detailed complicated sophisticated talented skilled unlimited shred sled united",
    )
});

/// Irregular past participles.
pub(super) static PARTICIPLES: LazyLock<WordSet> = LazyLock::new(|| {
    WordSet::new(
        "beaten become begun bent bitten bled blown born borne bought bound bred broken brought built burnt cast caught chosen cut dealt done drawn \
         driven drunk dug eaten fallen fed felt flown forbidden forgotten forgiven fought found frozen given ground grown heard held hidden hit hung \
         hurt kept known laid leapt led left lent let lit lost made meant met misunderstood overcome overtaken paid proven put quit read ridden risen \
         run said seen sent set sewn shaken shed shown shot shrunk shut slain slung smelt sold sought spelt spent spilt split spoken spread spun stolen \
         struck strung stuck stung sung sunk sworn swept taken taught thought thrown told torn understood undertaken undone upset woken won worn \
         wound woven written",
    )
});

/// Words and phrases that connect a sentence with the one before.
pub(super) static TRANSITIONS: LazyLock<PhraseSet> = LazyLock::new(|| {
    PhraseSet::new(
        "accordingly|additionally|afterwards|albeit|also|although|altogether|another|basically|because|before|besides|but|certainly|chiefly|\
         comparatively|concurrently|consequently|contrarily|conversely|correspondingly|despite|doubtedly|during|e.g|earlier|emphatically|equally|\
         especially|eventually|evidently|explicitly|finally|first|firstly|following|formerly|forthwith|fourthly|further|furthermore|generally|hence|\
         henceforth|however|i.e|identically|if|indeed|initially|instead|last|lastly|later|lest|likewise|markedly|meanwhile|moreover|namely|\
         nevertheless|next|nonetheless|nor|notwithstanding|obviously|occasionally|otherwise|overall|particularly|presently|previously|rather|\
         regardless|second|secondly|shortly|significantly|similarly|simultaneously|since|so|soon|specifically|still|straightaway|subsequently|\
         surely|surprisingly|then|thereafter|therefore|thereupon|third|thirdly|though|thus|till|too|undeniably|undoubtedly|unless|unlike|\
         unquestionably|until|when|whenever|whereas|while|yet|above all|after all|all in all|all of a sudden|as a result|as an illustration|\
         as long as|as noted|as soon as|as well as|at first|at last|at the same time|even so|even though|for example|for instance|for this reason|\
         for that reason|in addition|in any case|in brief|in conclusion|in contrast|in fact|in general|in other words|in particular|in short|\
         in summary|in the end|in the meantime|in the same way|in this case|in turn|not only|of course|on the contrary|on the one hand|\
         on the other hand|on top of that|once|provided that|so that|such as|that is why|to begin with|to sum up|to that end|what is more|\
         with this in mind|after that|as a rule|by contrast|by comparison|even if|given that|just as"
            .split('|'),
    )
});
